"""X Premium and Premium+, which hold Grok, as X's help page states them for the web.

A year's price is read where its twelfth is exact.
"""

from scrapers.plans.grok import READER
from scrapers.source import Source

SOURCE = Source(
    url="https://help.x.com/en/using-x/x-premium-faq",
    provider="xai",
    reader=READER,
    anchors=("X Premium+", "X Premium"),
)
