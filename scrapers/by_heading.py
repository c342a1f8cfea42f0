"""What a table states under headings that its source alone can tell: requests, searches, minutes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from scrapers.columns import NAME
from scrapers.currencies import currency_in
from scrapers.grid import Cell, Grid
from scrapers.lines import one_line
from scrapers.meters import read_unit
from scrapers.money import PriceError, per_meter, read_price
from scrapers.names import LONGEST, model_name, without_marks
from scrapers.page import STANDARD, Offer, Page, Refused, Terms
from scrapers.tables import document

Found = Iterator[Offer | Refused]


def by_heading(
    columns: Mapping[str, str | tuple[str, Terms]],
    *,
    name: str = "",
    currency: str = "",
    named: Callable[[str], str] = model_name,
) -> Callable[[Page], Found]:
    """A reader of single columns, for `table(also=…)`.

    `columns`: a heading, as a pattern of all of it, and the meter of what stands under it, with its terms.
    The unit is that of the cell, of the heading or of the words above the table. `name`: how the heading of
    the names' column reads.
    """
    heading = re.compile(name, re.I) if name else NAME
    kinds = [
        (re.compile(said, re.I), meter if isinstance(meter, tuple) else (meter, STANDARD))
        for said, meter in columns.items()
    ]

    def read(page: Page) -> Found:
        for grid in document(page).grids:
            flat = [one_line(without_marks(text)) for text in grid.headings]
            name_at = next((x for x, text in enumerate(flat) if heading.fullmatch(text)), -1)
            if name_at < 0 or _has_lost_a_heading(grid):
                continue
            for x, text in enumerate(flat):
                if kind := next((kind for said, kind in kinds if said.fullmatch(text)), None):
                    yield from _column(grid, name_at, x, kind, currency, named)

    return read


def _column(
    grid: Grid, name_at: int, x: int, kind: tuple[str, Terms], currency: str, named: Callable[[str], str]
) -> Found:
    meter, terms = kind
    above = grid.headings[x]
    unit = read_unit(above) or read_unit(f"{grid.words}\n{grid.lead}")
    money = currency_in(above) or currency
    for row in grid.body:
        label = " | ".join(map(one_line, (row[name_at].text, above, row[x].text)))
        try:
            price = read_price(row[x].text, currency=money)
            if price is None:
                continue
            model, said_in = named(row[name_at].text), price.currency or money
            if not 0 < len(model) <= LONGEST or not said_in or _is_section(row):
                raise PriceError("a price without a model or a currency")
            yield Offer(model, meter, per_meter(price, meter, unit), said_in, terms, label)
        except PriceError as why:
            yield Refused(label, str(why))


def _has_lost_a_heading(grid: Grid) -> bool:
    """Whether prices stand under no heading: the others may have moved to their neighbour's cells."""
    return any(currency_in(row[x].text) for row in grid.body for x in grid.nameless)


def _is_section(row: tuple[Cell, ...]) -> bool:
    return len({cell.text for cell in row if cell.text}) <= 1
