"""Anthropic's news, of which there is no feed: the page that lists them."""

from scrapers.headlines import headlines
from scrapers.source import Source

SOURCE = Source(
    url="https://www.anthropic.com/news",
    reader=headlines(),
    provider="anthropic",
    least=3,
    quiet=True,
)
