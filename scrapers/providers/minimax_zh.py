"""MiniMax's Chinese page of prices by use, in yuan.

Not read on purpose: recognition of speech, voices, videos, music and tools.
"""

from scrapers.in_currency import in_currency
from scrapers.providers.minimax import READER
from scrapers.source import Source

SOURCE = Source(
    url="https://platform.minimaxi.com/docs/guides/pricing-paygo.md",
    accept="text/markdown",
    via="markdown",
    provider="minimax",
    reader=in_currency("CNY", READER),
    anchors=("MiniMax-M3", "MiniMax-M2.7", "MiniMax-M2.5", "MiniMax-M2.1", "MiniMax-M2", "MiniMax-M1"),
    least=6,
)
