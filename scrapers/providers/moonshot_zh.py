"""Moonshot's Chinese page of Kimi prices, in yuan."""

from scrapers.in_currency import in_currency
from scrapers.providers._kimi_page import prices
from scrapers.source import Source

SOURCE = Source(
    url="https://platform.kimi.com/docs/pricing/chat.md",
    accept="text/markdown",
    via="markdown",
    provider="moonshot",
    reader=in_currency("CNY", prices()),
    anchors=("kimi-k3", "kimi-k2.7-code", "kimi-k2.6", "kimi-k2.5", "kimi-k2-0905-preview", "moonshot-v1-8k"),
    least=2,
)
