"""Anthropic's documentation page of prices, in Markdown or rendered as HTML.

Not read on purpose: tables without a model's name in the row (long context until 2026-01, fast mode until
2026-07), multipliers, token counts, and prices in prose (web search, code execution, session hours).
"""

from scrapers.readers import table
from scrapers.source import Source

SOURCE = Source(
    url="https://platform.claude.com/docs/en/about-claude/pricing.md",
    accept="text/markdown",
    via="markdown",
    reader=table(
        needs=("input_mtok", "cache_write_mtok", "cache_write_1h_mtok", "cache_read_mtok", "output_mtok"),
        currency="USD",
        carries_names=True,
    ),
    anchors=("Claude Opus 5", "Claude Opus 4.5", "Claude Opus 4", "Claude Sonnet 4", "Claude Haiku 3.5"),
    least=20,
)
