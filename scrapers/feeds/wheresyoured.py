"""Ed Zitron's articles, whose predictions the verdicts judge."""

from scrapers.feed import feed
from scrapers.source import Source

SOURCE = Source(
    url="https://www.wheresyoured.at/rss/",
    reader=feed(),
    accept="application/rss+xml, application/atom+xml, application/xml;q=0.9",
    via="feed",
)
