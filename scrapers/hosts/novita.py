"""Novita: its public list of models, or its page, where the price of cached input follows in the same cell.

The API counts in ten-thousandths of a dollar for a million tokens: 2690 is $0.269.
"""

import re
from dataclasses import replace

from scrapers.hosts._either import api_or_page
from scrapers.json_rows import json_rows
from scrapers.meters import MILLION, Unit
from scrapers.page import Page, Reading
from scrapers.readers import cards, first_of, table
from scrapers.source import Source

_PER_MILLION = Unit("token", 10_000 * MILLION)
_ALSO = re.compile(
    r"\$(?P<price>\d+(?:\.\d+)?)\s*/Mt(?:</span>\s*<span[^<>]*>)?\s*·\s*(?:</span>)?\s*Cache Read"
    r"(?:<!--.{0,9}-->|<span[^<>]*>|\s)*\$(?P<cached>\d+(?:\.\d+)?)\s*/Mt"
)
_tables_or_cards = first_of(table(), cards())


def page(given: Page) -> Reading:
    """The tables of the page; where it has none, its cards."""
    said = _ALSO.sub(r"Input: $\g<price> /MTok<br>Cache read: $\g<cached> /MTok", given.text)
    return _tables_or_cards(replace(given, text=re.sub(r"/Mt\b", "/MTok", said)))


SOURCE = Source(
    url="https://api.novita.ai/v3/openai/models",
    accept="application/json",
    via="api",
    reader=api_or_page(
        json_rows(
            rows="data",
            prices={
                "input_token_price_per_m": ("input_mtok", _PER_MILLION),
                "pricing.input_cache_read.price_per_m": ("cache_read_mtok", _PER_MILLION),
                "output_token_price_per_m": ("output_mtok", _PER_MILLION),
            },
        ),
        page,
    ),
    anchors=(
        "deepseek/deepseek-v4-pro",
        "deepseek/deepseek-v3.2",
        "deepseek/deepseek-r1-0528",
        "deepseek/deepseek-r1",
        "Deepseek V4 Pro",
        "Deepseek V3.2",
        "DeepSeek R1 0528",
    ),
    least=8,
)
