"""DeepSeek's change log: models and what their names point to, with a heading for each day."""

from scrapers.changelog import changelog
from scrapers.source import Source

SOURCE = Source(
    url="https://api-docs.deepseek.com/updates/",
    reader=changelog(),
    provider="deepseek",
    least=3,
    quiet=True,
)
