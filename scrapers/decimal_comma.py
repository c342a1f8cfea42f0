"""Tables whose prices have a decimal comma ("0,67 €"): rewritten with a point where the table proves it."""

from __future__ import annotations

import re
from dataclasses import replace

from scrapers.grid import Cell, Grid

_MONEY = re.compile(r"€|\beur\b", re.I)
_BARE = re.compile(r"€|\beur\b|\A\s*\d+[.,]\d+\s*\Z", re.I)
_PROOF = re.compile(r"(?<![\d.,])0,\d{1,6}(?![\d.,])")
_POINT = re.compile(r"\d\.\d")
_COMMA = re.compile(r"(?<![\d.,])(\d{1,6}),(\d{1,6})(?![\d.,])")


def with_points(grid: Grid, currency: str) -> Grid:
    """The grid, its prices in euros with a decimal point; unchanged where one may be read in two ways.

    A zero before the comma proves what the comma is; a point in another price disproves it. Numbers alone are
    prices in euros where `currency`, of which the page speaks, is the euro.
    """
    money = _BARE if currency == "EUR" else _MONEY
    priced = [cell.text for row in grid.body for cell in row if money.search(cell.text)]
    if not any(map(_PROOF.search, priced)) or any(map(_POINT.search, priced)):
        return grid
    return replace(grid, rows=tuple(tuple(_pointed(cell, money) for cell in row) for row in grid.rows))


def _pointed(cell: Cell, money: re.Pattern[str]) -> Cell:
    if cell.is_header or not money.search(cell.text):
        return cell
    return replace(cell, text=_COMMA.sub(r"\1.\2", cell.text))
