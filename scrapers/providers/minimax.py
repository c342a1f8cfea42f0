"""MiniMax's international page of prices by use, in Markdown: text by the token, speech by the character.

Not read on purpose: recognition of speech, voices, videos, music and tools.
"""

from scrapers.providers._minimax_page import prices
from scrapers.source import Source

SOURCE = Source(
    url="https://platform.minimax.io/docs/guides/pricing-paygo.md",
    accept="text/markdown",
    via="markdown",
    reader=prices(),
    anchors=("MiniMax-M3", "MiniMax-M2.7", "MiniMax-M2.5", "MiniMax-M2.1", "MiniMax-M2", "MiniMax-M1"),
    least=6,
)
