"""Moonshot's international page of Kimi prices, in Markdown; its pages of single models read alike."""

from scrapers.providers._kimi_page import prices
from scrapers.source import Source

SOURCE = Source(
    url="https://platform.kimi.ai/docs/pricing/chat.md",
    accept="text/markdown",
    via="markdown",
    reader=prices(),
    anchors=("kimi-k3", "kimi-k2.7-code", "kimi-k2.6", "kimi-k2.5", "kimi-k2-0905-preview", "moonshot-v1-8k"),
    least=2,
)
