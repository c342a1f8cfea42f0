"""Moonshot's page of what Kimi's batch jobs cost."""

from scrapers.providers._kimi_page import prices
from scrapers.source import Source

SOURCE = Source(
    url="https://platform.kimi.ai/docs/pricing/batch.md",
    accept="text/markdown",
    via="markdown",
    provider="moonshot",
    reader=prices(tier="batch"),
    anchors=("kimi-k3", "kimi-k2.7-code", "kimi-k2.6", "kimi-k2.5"),
    least=2,
)
