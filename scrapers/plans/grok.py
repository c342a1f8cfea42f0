"""SuperGrok and SuperGrok Heavy, as Grok's page states them; X's own plans are read from X's help page."""

from scrapers.source import Source
from scrapers.subscriptions.cards import plans

READER = plans(
    "SuperGrok",
    "SuperGrok Lite",
    "SuperGrok Plus",
    "SuperGrok Heavy",
    "Grok Business",
    "Grok Enterprise",
    "X Basic",
    "X Premium",
    "X Premium+",
    known_as={
        "Basic": "X Basic",
        "Premium": "X Premium",
        "Premium+": "X Premium+",
        "Premium Plus": "X Premium+",
    },
)

SOURCE = Source(
    url="https://x.ai/grok",
    provider="xai",
    reader=READER,
    anchors=("SuperGrok", "SuperGrok Heavy"),
)
