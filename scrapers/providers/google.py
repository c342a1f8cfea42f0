"""Google's page of Gemini API prices: Markdown, HTML, or what a converter makes of it.

Not read on purpose: the free tier, grounding, agents, and what is priced per second of video or per song.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.currencies import currency_in
from scrapers.grid import Grid
from scrapers.lines import one_line
from scrapers.meters import meter_of, read_unit
from scrapers.money import PriceError, per_meter, read_price
from scrapers.names import without_marks
from scrapers.page import Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.providers._gemini_page import Part, parts_of
from scrapers.providers._google_cells import Stated, believed, stated_in
from scrapers.settled import settled, whole
from scrapers.source import Source
from scrapers.terms import merged
from scrapers.wrong_page import refuse_wrong_page

_PAID = re.compile(r"\bpaid\b|pay-as-you-go", re.I)
_LEFT_OUT = re.compile(r"ground|search|maps|used to|video price|song|agent|live api|text-to-speech", re.I)
_IMAGE = re.compile(r"(?:(?P<model>.+?) )?image (?:generation )?(?:price|pricing)", re.I)


def read(page: Page) -> Reading:
    """The paid tier of each model and tier; raises ReadError."""
    refuse_wrong_page(page)
    parts = [part for part in parts_of(page) if _is_price_list(part.grid)]
    if not parts:
        raise ReadError("no_table", f"no price table on {page.url}")
    if not any(_PAID.search(heading) for part in parts for heading in part.grid.headings):
        raise ReadError("missing_column", f"no column of the paid tier on {page.url}")
    return whole(settled(*(_offers(part, page.text) for part in parts)), page)


def _is_price_list(grid: Grid) -> bool:
    return any(re.search(r"\b(?:paid|free)\b|pay-as-you-go", h, re.I) for h in grid.headings)


def _offers(part: Part, page: str) -> list[Offer | Refused]:
    """The offers of one table; a table without its tier, or with only one half of its prices, is refused."""
    found = list(_rows(part, page))
    stated = {one.meter for one in found if isinstance(one, Offer)}
    halves = {"input", "output"} & {(meter_of(row[0].text) or "").partition("_")[0] for row in part.grid.body}
    text = " | ".join((*part.models, *part.grid.headings))
    if stated and part.tier is None:
        return [Refused(text, "nothing says which tier the table is for")]
    if stated & {"input_mtok", "output_mtok"} and len(halves) == 1 and "embed" not in text.casefold():
        return [Refused(text, "a table with an input price and no output, or the reverse")]
    return believed(found)


def _rows(part: Part, page: str) -> Iterator[Offer | Refused]:
    paid = [x for x, heading in enumerate(part.grid.headings) if _PAID.search(heading)]
    if len(paid) != 1:
        return
    heading = part.grid.headings[paid[0]]
    for row in part.grid.body:
        label, cell = without_marks(one_line(row[0].text)), row[paid[0]]
        label_of_all = " | ".join((*part.models, part.tier or "standard", label, one_line(cell.text)))
        of, meter = _model_and_meter(label, part)
        if not meter or not cell.text:
            continue
        try:
            for one in stated_in(cell.text, page):
                yield from _priced(one, of, meter, heading, label_of_all, Terms(tier=part.tier or ""))
        except PriceError as why:
            yield Refused(label_of_all, str(why))


def _model_and_meter(label: str, part: Part) -> tuple[tuple[str, ...], str]:
    """The models that a row is for, the section's or one that it names itself, and what it is a price of."""
    if _LEFT_OUT.search(label):
        return (), ""
    if image := _IMAGE.fullmatch(label):
        return (image["model"],) if image["model"] else part.models, "output_images"
    if re.fullmatch(r"context caching \(?storage\)?(?: price)?", label, re.I):
        return part.models, "cache_storage_mtok_hours"
    if re.match(r"tuning price", label, re.I):
        return part.models, "training_mtok"
    return part.models, meter_of(label) or ""


def _priced(
    one: Stated, models: tuple[str, ...], meter: str, heading: str, label: str, terms: Terms
) -> Iterator[Offer]:
    said_in, price = currency_in(heading), read_price(one.price, currency=currency_in(heading))
    if price is None:
        return
    if said_in and price.currency not in ("", said_in):
        raise PriceError(f"a price in {price.currency} under a heading in {said_in}")
    if not (price.currency or said_in):
        raise PriceError("no currency")
    unit = one.unit or read_unit(heading)
    for of in one.meters(meter):
        amount = per_meter(price, of, unit)
        for model in models:
            yield Offer(model, of, amount, price.currency or said_in, merged(terms, one.terms), label)


SOURCE = Source(
    url="https://ai.google.dev/gemini-api/docs/pricing.md.txt",
    accept="text/markdown, text/plain",
    via="markdown",
    reader=read,
    anchors=(
        *("gemini-3.8-flash", "gemini-3.5-flash", "gemini-3.1-pro-preview", "gemini-3-pro-preview"),
        *("gemini-3-flash-preview", "gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.0-flash"),
        *(
            "Gemini 2.5 Pro",
            "Gemini 2.5 Pro Preview",
            "Gemini 2.0 Flash",
            "Gemini 1.5 Pro",
            "Gemini 1.5 Flash",
        ),
    ),
    least=4,
)
