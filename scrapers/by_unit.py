"""Prices that stand under "Price" alone: which meter they are for follows from what they are per."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from scrapers.beside import REGION, Beside
from scrapers.columns import NAME
from scrapers.currencies import currency_in
from scrapers.grid import Cell, Grid
from scrapers.lines import one_line
from scrapers.meters import meter_of, read_unit, units_in
from scrapers.money import PriceError, per_meter, read_price
from scrapers.names import model_name, without_marks
from scrapers.page import Offer, Page, Refused
from scrapers.tables import Document, document

THINGS = {"character": "input_mchars", "image": "output_images"}
_PRICE = re.compile(r"\b(?:list |unit )?price|\bcost\b|\brate\b|价格|单价|计费", re.I)
_TWO_IDS = re.compile(r"[\w.:@-]+(?: / [\w.:@-]+)+")


def by_unit(
    *,
    things: Mapping[str, str] = THINGS,
    tables: Callable[[Page], Document] = document,
    named: Callable[[str], str] = model_name,
    currency: str = "",
    leave_out: str = "",
) -> Callable[[Page], Iterator[Offer | Refused]]:
    """What `table(also=…)` reads beside tokens: a model a row, and a price per character or per image.

    `things` maps what a price is per to its meter; a price per anything else is none of these. The unit
    stands in the cell, in its heading or above the table. `leave_out`: headings above tables left out.
    """
    left_out = re.compile(leave_out, re.I) if leave_out else None

    def read(page: Page) -> Iterator[Offer | Refused]:
        shown = tables(page)
        for grid in shown.grids:
            if not (left_out and left_out.search(grid.words)):
                said_in = currency_in(grid.words) or shown.currency or currency
                yield from _offers(grid, things, named, said_in)

    return read


def _offers(
    grid: Grid, things: Mapping[str, str], named: Callable[[str], str], currency: str
) -> Iterator[Offer | Refused]:
    headings = [one_line(without_marks(text)) for text in grid.headings]
    name_at = next((x for x, heading in enumerate(headings) if NAME.fullmatch(heading)), -1)
    region_at = next((x for x, heading in enumerate(headings) if REGION.fullmatch(heading)), -1)
    beside = Beside(region_at=region_at)
    priced = [x for x, h in enumerate(headings) if x != name_at and _PRICE.search(h) and not meter_of(h)]
    for row in grid.body if name_at >= 0 else ():
        names = _names(row[name_at].text, named)
        for x in priced:
            around = f"{grid.words}\n{grid.lead}\n{headings[x]}"
            label = " | ".join(one_line(cell.text) for cell in row)
            try:
                for meter, amount, said_in in _stated(row[x], things, around, currency):
                    yield from (
                        Offer(name, meter, amount, said_in, beside.terms(row), label) for name in names
                    )
            except PriceError as why:
                yield Refused(label, str(why))


def _stated(
    cell: Cell, things: Mapping[str, str], around: str, currency: str
) -> Iterator[tuple[str, Decimal, str]]:
    """(meter, price, currency) where the cell states a price per one of the things; raises PriceError."""
    try:
        price = read_price(cell.text, currency=currency_in(around) or currency)
    except PriceError:
        if any(unit.thing in things for unit in units_in(cell.text)):
            raise
        return
    unit = price and (price.unit or read_unit(around))
    if price and unit and (meter := things.get(unit.thing)):
        if not price.currency:
            raise PriceError("no currency")
        yield meter, per_meter(price, meter, unit), price.currency


def _names(printed: str, named: Callable[[str], str]) -> list[str]:
    """The models of a cell: two ids may share a row."""
    return printed.split(" / ") if _TWO_IDS.fullmatch(printed) else [named(printed)]
