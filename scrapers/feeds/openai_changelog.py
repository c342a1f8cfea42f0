"""OpenAI's changes of its API, in Markdown: months as headings, and below them each day, once an entry."""

from scrapers.changelog import changelog
from scrapers.source import Source

SOURCE = Source(
    url="https://developers.openai.com/api/docs/changelog.md",
    reader=changelog(several_a_day=True),
    provider="openai",
    accept="text/markdown, text/plain;q=0.9",
    via="markdown",
    least=3,
    quiet=True,
)
