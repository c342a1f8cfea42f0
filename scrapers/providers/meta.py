"""Meta's page of prices for its Model API: a section for each tier, which names its models above its table.

Llama has no such page: Meta publishes no price of its own for it. Not read on purpose: images and searches,
whose prices stand in prose.
"""

import re
from collections.abc import Iterator

from scrapers.currencies import currency_in
from scrapers.grid import Grid
from scrapers.markdown_tables import markdown_tables
from scrapers.meters import meter_of, read_unit
from scrapers.money import PriceError, per_meter, read_price
from scrapers.page import Offer, Page, ReadError, Reading, Refused
from scrapers.settled import settled, whole
from scrapers.source import Source
from scrapers.wrong_page import refuse_wrong_page

_SECTION = re.compile(r"^(?=#{1,6} )", re.M)
_MODELS = re.compile(r"^\W*Models?\b[^:\n]{0,20}:(?P<ids>[^\n]*)", re.M | re.I)
_ID = re.compile(r"`([a-z0-9][a-z0-9._-]+)`")
_TITLE = re.compile(r"#+ *(.*?)\s*(?:\{#[^}]*\})?\s*$", re.M)
_PRICE = re.compile(r"price\b.*", re.I)


def read(page: Page) -> Reading:
    """Every section's table, once for each model that the section is for; raises ReadError."""
    refuse_wrong_page(page)
    markdown_tables(page.text)  # raises where the page was cut
    reading = settled(*(list(section(text)) for text in _SECTION.split(page.text)))
    if not reading.offers:
        raise ReadError("no_table", f"no table of prices below the name of a model on {page.url}")
    return whole(reading, page)


def section(text: str) -> Iterator[Offer | Refused]:
    """What the tables of a section state, which ends where the next heading begins."""
    title, said = _TITLE.match(text), _MODELS.search(text)
    models = _ID.findall(said["ids"]) if said else []
    for grid in markdown_tables(text):
        at = next((x for x, h in enumerate(grid.headings) if _PRICE.fullmatch(h)), -1)
        if at > 0:
            yield from _priced(grid, at, models or ([title[1]] if title and not said else []))


def _priced(grid: Grid, at: int, models: list[str]) -> Iterator[Offer | Refused]:
    for row in grid.body:
        label = " | ".join((row[0].text, grid.headings[at], row[at].text))
        audio = row[0].text.lower().startswith("audio") and "hour" in row[at].text
        meter = "input_audio_hours" if audio else meter_of(row[0].text)
        try:
            price = read_price(row[at].text, currency=currency_in(grid.headings[at]))
            if price is None or meter is None:
                continue
            if not models or (meter != "input_audio_hours" and not all(map(_is_id, models))):
                raise PriceError("no model is named")
            if not price.currency:
                raise PriceError("no currency")
            amount = per_meter(price, meter, read_unit(grid.headings[at]))
            yield from (Offer(m, meter, amount, price.currency, label=f"{m} | {label}") for m in models)
        except PriceError as why:
            yield Refused(label, str(why))


def _is_id(name: str) -> bool:
    return bool(_ID.fullmatch(f"`{name}`"))


SOURCE = Source(
    url="https://dev.meta.ai/docs/pricing-rate-limits.md",
    accept="text/markdown",
    via="markdown",
    reader=read,
    anchors=("muse-spark-1.3", "muse-spark-1.2", "muse-spark-1.1"),
    least=3,
)
