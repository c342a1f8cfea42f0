"""Tables with models as columns, turned about; and whether cells state prices at all."""

from __future__ import annotations

from dataclasses import replace

from scrapers.currencies import currency_in
from scrapers.grid import Cell, Grid
from scrapers.money import Price, PriceError, read_prices


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
    rows = (first, *(_placed(row, first) for row in grid.rows[1:]))
    models = (tuple(row[x] for row in rows) for x in range(labels, len(first)))
    return replace(grid, rows=(tuple(heads), *models))


def _placed(row: tuple[Cell, ...], first: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """A row below the models' names; all of it missing if its prices may stand under their neighbours'."""
    pairs = tuple(zip(row, first, strict=True))
    moved = any(cell.missing != top.missing and (cell.missing or cell.text) for cell, top in pairs)
    missing = moved and state_prices([cell.text for cell in row])
    return tuple(replace(cell, missing=missing) for cell in row)


def state_prices(cells: list[str]) -> bool:
    """Whether cells are prices, readable or not: under "MAX OUTPUT" they are none."""
    if any(currency_in(text) or "\ufffd" in text for text in cells):
        return True
    read = [prices_or_none(text) for text in cells]
    return any(read) or (bool(read) and all(found is not None for found in read))


def prices_or_none(text: str) -> tuple[Price, ...] | None:
    """The prices of a cell; None where it does not state them exactly."""
    try:
        return read_prices(text)
    except PriceError:
        return None
