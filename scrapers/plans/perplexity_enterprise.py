"""Perplexity Enterprise Pro and Max, as the help page on their prices states them."""

from scrapers.plans.perplexity_plans import READER
from scrapers.source import Source

SOURCE = Source(
    url="https://intercom.help/perplexity-ai/en/articles/10352986-pricing-and-payment-for-enterprise-pro",
    provider="perplexity",
    reader=READER,
    anchors=("Perplexity Enterprise Pro", "Perplexity Enterprise Max"),
)
