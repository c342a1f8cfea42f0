"""Groq's documentation of models in Markdown, or its page of prices; speech by the hour or the character.

Not read on purpose: prices of tools and of compound systems.
"""

import re
from dataclasses import replace

from scrapers.by_unit import by_unit
from scrapers.page import Page, Reading
from scrapers.readers import table
from scrapers.source import Source

_TOKENS_A_DOLLAR = re.compile(r"\(\s*[\d.,]+\s*[KMB]?\s*/\s*\$1\s*\)\s*\*?")  # beside a price
_tables = table(also=by_unit(things={"second": "input_audio_hours", "character": "input_mchars"}))


def read(page: Page) -> Reading:
    """The page's tables, without how many tokens a dollar buys: "$0.15 (6.67M / $1)*"."""
    return _tables(replace(page, text=_TOKENS_A_DOLLAR.sub("", page.text)))


SOURCE = Source(
    url="https://console.groq.com/docs/models.md",
    accept="text/markdown",
    via="markdown",
    reader=read,
    anchors=(
        "openai/gpt-oss-120b",
        "openai/gpt-oss-20b",
        "llama-3.3-70b-versatile",
        "llama-3.1-8b-instant",
        "GPT OSS 120B",
        "GPT OSS 120B 128k",
        "Llama 3.3 70B Versatile 128k",
        "Llama 3.1 8B Instant 128k",
    ),
    least=6,
)
