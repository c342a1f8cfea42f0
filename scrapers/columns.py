"""Which columns of a grid hold names, kinds and prices: found by heading and cells, never by place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scrapers.grid import Cell, Grid
from scrapers.meters import Unit, meter_of, read_unit
from scrapers.money import Price, PriceError, currency_in, read_prices
from scrapers.names import without_marks
from scrapers.page import Terms
from scrapers.terms import terms_in, without_context

NAME = re.compile(
    r"(?:(?:ai |llm |base |api )?models?(?: name| id| family| variant)?s?|name"
    r"|模型(?:名称|名)?|model\b.{0,12})",
    re.I,
)
_LONGEST = 300  # characters of a heading
_PRICE_HEADING = re.compile(r"pric|cost|rate|fee|\$|usd|tokens|价格|计费|单价", re.I)
_BEFORE = re.compile(r"(?P<label>[^:：$¥€£₩\d]{3,40})[:：]\s*(?P<price>.+)")
_AFTER = re.compile(r"\(?\b(inputs?|outputs?|cached(?: inputs?)?|cache (?:reads?|hits?|writes?))\b\)?", re.I)


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells under a heading state. Without meters the cells say them, or the row's kind does."""

    meters: tuple[str, ...]
    heading: str
    terms: Terms
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a grid holds what. `kind_at` is the column whose cells name meters ("Input", "Output"), or -1."""

    name_at: int
    prices: dict[int, Column]
    kind_at: int = -1


def columns_of(grid: Grid, name: re.Pattern[str] = NAME) -> Columns | None:
    """The columns of a price list with models as rows; None where the grid is none."""
    headings = [text[:_LONGEST] for text in grid.headings]
    name_at = next((x for x, h in enumerate(headings) if name.fullmatch(without_marks(_flat(h)))), None)
    if name_at is None:
        return None
    others = [x for x in range(len(headings)) if x != name_at]
    prices = {x: found for x in others if (found := _column(headings[x], _cells(grid, x)))}
    kind_at = next((x for x in others if x not in prices and _names_meters(_cells(grid, x))), -1)
    if kind_at >= 0:
        left = (x for x in others if x not in prices and x != kind_at and _PRICE_HEADING.search(headings[x]))
        prices |= {x: _stated((), headings[x]) for x in left if _state_prices(_cells(grid, x))}
    return Columns(name_at, prices, kind_at) if prices else None


def turned(grid: Grid) -> Grid:
    """A table with models as columns, as one with models as rows: its row labels become headings."""
    first = grid.rows[0] if grid.rows else ()
    labels = next((x for x, cell in enumerate(first) if cell.text not in ("", first[0].text)), len(first))
    if not 0 < labels < len(first):
        return grid
    heads: list[Cell] = []
    above = [""] * labels
    for row in grid.rows:
        said = [cell.text for cell in row[:labels]]
        # Markdown leaves the rest of a merged label blank: all but the last column go on with the row above.
        above = [text or before for text, before in zip(said[:-1], above, strict=False)] + said[-1:]
        heads.append(Cell("\n".join(dict.fromkeys(filter(None, above))), is_header=True))
    models = (tuple(row[x] for row in grid.rows) for x in range(labels, len(first)))
    return Grid((tuple(heads), *models), grid.caption, grid.path, grid.lead)


def prices_in(
    text: str, column: Column, kind: str | None, currency: str
) -> Iterator[tuple[str, Price, Terms]]:
    """Each price of a cell with its meter: the column's, else the one that the cell or the row's kind names.

    The terms are those that the cell's own words state ("Batch input: $2").

    Raises PriceError where there are more or fewer prices than meters.
    """
    if said := _worded(text):
        yield from _by_words(said, column, currency)
        return
    meters = column.meters or ((kind,) if kind else ())
    prices = read_prices(text, currency=currency) if meters else ()
    if prices and len(prices) != len(meters):
        raise PriceError(f"{len(prices)} prices in a cell for {len(meters)}")
    yield from ((meter, price, Terms()) for meter, price in zip(meters, prices, strict=False))


def _worded(text: str) -> list[tuple[str, str]]:
    """(words, prices) of a cell that names what its prices are for: "Input: $3", "$0.30 / $0.06 (cached)"."""
    before = [_BEFORE.fullmatch(line.strip()) for line in text.split("\n")]
    if any(m and meter_of(m["label"]) for m in before):
        return [(m["label"], m["price"]) for m in before if m]
    parts = _AFTER.split(text)
    if len(parts) < 3 or not (currency_in(parts[0]) or _read(parts[0].strip(" \n/;,|"))):
        return []
    said = [(word, price.strip(" \n/;,|")) for price, word in zip(parts[::2], parts[1::2], strict=False)]
    return [*said, ("", parts[-1])] if parts[-1].strip(" \n/;,|()") else said


def _by_words(
    said: list[tuple[str, str]], column: Column, currency: str
) -> Iterator[tuple[str, Price, Terms]]:
    for words, text in said:
        meter, prices = meter_of(words), read_prices(text, currency=currency)
        meters = (*column.meters, meter) if len(prices) > 1 else (meter,)
        if prices and (len(prices) != len(meters) or not all(meters)):
            raise PriceError(f"no meter for {text!r} {words}")
        yield from ((m, price, terms_in(words)) for m, price in zip(meters, prices, strict=False) if m)


def _column(heading: str, cells: list[str]) -> Column | None:
    said = without_context(heading)
    parts = [part for part in re.split(r"\s*/\s*(?=[a-z]{4})", _flat(said), flags=re.I) if part]
    meters = tuple(filter(None, map(meter_of, parts)))
    if len(meters) != len(parts) or len(meters) < 2:
        meter = meter_of(said)
        meters = (meter,) if meter else ()
    if meters and not (read_unit(heading) or currency_in(heading) or _state_prices(cells)):
        return None
    if meters or any(meter_of(words) for cell in cells for words, _ in _worded(cell)):
        return _stated(meters, heading)
    return None


def _stated(meters: tuple[str, ...], heading: str) -> Column:
    return Column(meters, heading, terms_in(heading), read_unit(heading))


def _names_meters(cells: list[str]) -> bool:
    named = [meter_of(without_context(text)) for text in cells if text]
    return 2 * sum(map(bool, named)) > len(named) > 0


def _state_prices(cells: list[str]) -> bool:
    """Whether cells are prices, readable or not: under "MAX OUTPUT" they are none."""
    if any(currency_in(text) or "\ufffd" in text for text in cells):
        return True
    read = [_read(text) for text in cells]
    return any(read) or (bool(read) and all(found is not None for found in read))


def _read(text: str) -> tuple[Price, ...] | None:
    try:
        return read_prices(text)
    except PriceError:
        return None


def _cells(grid: Grid, x: int) -> list[str]:
    return [row[x].text for row in grid.body]


def _flat(text: str) -> str:
    return " ".join(text.split())
