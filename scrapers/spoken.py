"""What a page's lines say of all its prices: the unit and the currency, where no cell and heading does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scrapers.currencies import currency_in
from scrapers.grid import Grid
from scrapers.meters import Unit, units_in

_OF_PRICES = re.compile(r"pric|cost|billed|charge|per\b|价格|单价|计费|价钱|币种|货币", re.I)
_LONGEST = 200  # characters of a line; a longer one is prose


def around(words: str, grids: Sequence[Grid]) -> str:
    """The lines about prices that stand outside the tables."""
    inside = {line for grid in grids for row in grid.rows for cell in row for line in _lines_of(cell.text)}
    lines = (line.strip() for line in words.split("\n") if len(line) <= _LONGEST)
    return "\n".join(
        line for line in lines if line[:1] != "|" and line not in inside and _OF_PRICES.search(line)
    )


def _lines_of(text: str) -> tuple[str, ...]:
    return (*text.split("\n"), " ".join(text.split()))


def spoken_unit(words: str) -> Unit | None:
    """The one unit of tokens that such lines name."""
    found = {
        unit
        for line in set(words.split("\n"))
        for unit in units_in(line)
        if unit.thing in ("", "token") and unit.count > 1
    }
    return found.pop() if len(found) == 1 else None


def spoken_currency(words: str) -> str:
    """The one currency that such lines name."""
    found = {currency for line in set(words.split("\n")) if (currency := currency_in(line))}
    return found.pop() if len(found) == 1 else ""
