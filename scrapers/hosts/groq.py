"""Groq's documentation of models in Markdown, or its page of prices; speech by the hour or the character.

Not read on purpose: prices of tools and of compound systems.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from scrapers.grid import Grid
from scrapers.meters import read_unit
from scrapers.money import PriceError, per_meter, read_price
from scrapers.names import model_name
from scrapers.page import Offer, Page, Reading
from scrapers.readers import table
from scrapers.settled import settled
from scrapers.source import Source
from scrapers.tables import tables

_tokens = table()
_TOKENS_A_DOLLAR = re.compile(
    r"\(\s*[\d.,]+\s*[KMB]?\s*/\s*\$1\s*\)\s*\*?"
)  # beside a price: "(6.67M / $1)*"
_METERS = {"second": "input_audio_hours", "character": "input_mchars"}


def read(given: Page) -> Reading:
    page = replace(given, text=_TOKENS_A_DOLLAR.sub("", given.text))
    found = _tokens(page)
    speech = settled(*(by_hour_or_character(grid) for grid in tables(page)))
    told = {offer.label for offer in speech.offers}
    return Reading(
        (*found.offers, *speech.offers),
        refused=(*(r for r in found.refused if r.label not in told), *speech.refused),
    )


def by_hour_or_character(grid: Grid) -> Iterator[Offer]:
    """Speech models: the cell or its heading names an hour of sound or a number of characters."""
    headings = grid.headings
    name_at = next((x for x, text in enumerate(headings) if re.search(r"\bmodel\b", text, re.I)), -1)
    for row in grid.body if name_at >= 0 else ():
        for x in (x for x, text in enumerate(headings) if re.search(r"\bprice\b", text, re.I)):
            try:
                price = read_price(row[x].text)
                unit = price and (price.unit or read_unit(headings[x]))
                if price and unit and (meter := _METERS.get(unit.thing)):
                    label = " | ".join(" ".join(c.text.split()) for c in row if not c.spanned)
                    amount = per_meter(price, meter, unit)
                    yield Offer(model_name(row[name_at].text), meter, amount, price.currency, label=label)
            except PriceError:
                continue  # the reader of tokens has refused it by its words


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
        "Llama 3.3 70B Versatile 128k",
    ),
    least=6,
)
