"""Google's articles on Gemini: models, plans and their prices."""

from scrapers.feed import feed
from scrapers.source import Source

SOURCE = Source(
    url="https://blog.google/products-and-platforms/products/gemini/rss/",
    reader=feed(),
    provider="google",
    accept="application/rss+xml, application/xml;q=0.9",
    via="feed",
    quiet=True,
)
