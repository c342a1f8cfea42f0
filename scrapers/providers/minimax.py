"""MiniMax's international page of prices by use, in Markdown: text by the token, speech by the character.

Not read on purpose: recognition of speech, voices, videos, music and tools.
"""

from scrapers.by_unit import by_unit
from scrapers.readers import table
from scrapers.source import Source

READER = table(
    needs=("input_mtok", "cache_read_mtok", "output_mtok"),
    leave_out="mcp|server tool|工具",
    also=by_unit(leave_out="video|视频"),
)

SOURCE = Source(
    url="https://platform.minimax.io/docs/guides/pricing-paygo.md",
    accept="text/markdown",
    via="markdown",
    reader=READER,
    anchors=("MiniMax-M3", "MiniMax-M2.7", "MiniMax-M2.5", "MiniMax-M2.1", "MiniMax-M2", "MiniMax-M1"),
    least=6,
)
