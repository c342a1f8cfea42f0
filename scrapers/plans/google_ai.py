"""Google AI Plus, Pro and Ultra, once Google One AI Premium, as Gemini's page of subscriptions states them.

Not read on purpose: plans of storage alone, and what a trial costs.
"""

from scrapers.source import Source
from scrapers.subscriptions.cards import plans

SOURCE = Source(
    url="https://gemini.google/subscriptions/",
    provider="google",
    reader=plans(
        "Free",
        "Plus",
        "Pro",
        "Ultra",
        brands=("Google AI", "Google One"),
        known_as={
            "AI Plus": "Google AI Plus",
            "AI Pro": "Google AI Pro",
            "AI Ultra": "Google AI Ultra",
            "AI Premium": "Google One AI Premium",
            "Google One AI Premium": "Google One AI Premium",
            "Gemini Advanced": "Google One AI Premium",
        },
    ),
    anchors=("Google AI Pro", "Google AI Plus", "Google AI Ultra", "Google One AI Premium"),
)
