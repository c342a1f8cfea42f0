"""Perplexity's plans, as its help page that compares them states them."""

from scrapers.source import Source
from scrapers.subscriptions.cards import plans

READER = plans(
    "Free",
    "Pro",
    "Max",
    "Education Pro",
    "Enterprise Pro",
    "Enterprise Max",
    brands=("Perplexity",),
    free=("Free", "Standard"),
)

SOURCE = Source(
    url="https://intercom.help/perplexity-ai/en/articles/11187416-which-perplexity-subscription-plan-is-right-for-you",
    provider="perplexity",
    reader=READER,
    anchors=("Perplexity Pro", "Perplexity Max", "Perplexity Enterprise Pro"),
)
