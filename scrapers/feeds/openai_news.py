"""OpenAI's news."""

from scrapers.feed import feed
from scrapers.source import Source

SOURCE = Source(
    url="https://openai.com/news/rss.xml",
    reader=feed(),
    provider="openai",
    accept="application/rss+xml, application/xml;q=0.9",
    via="feed",
    quiet=True,
)
