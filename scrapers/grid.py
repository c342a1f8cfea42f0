"""One grid for every kind of table: cells, spans resolved, headings told from rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from scrapers.page import ReadError

WIDEST, TALLEST = 1000, 65_534  # the caps of the HTML standard on colspan and rowspan
MOST_SLOTS = 200_000  # of one grid
_CLASH = "\ufffd"  # where two spans claim one slot: no price is read from it


@dataclass(frozen=True, slots=True)
class Cell:
    """One slot of a grid: lines as newlines, <sup> marks as ¹²³; `struck` is what was left out of `text`."""

    text: str = ""
    is_header: bool = False
    struck: str = ""
    spanned: bool = False  # repeated here by a span that begins elsewhere
    missing: bool = False  # the row ends before this slot


@dataclass(frozen=True, slots=True)
class Spanning:
    """A cell as the page wrote it, before its spans are resolved; rowspan 0 reaches to its group's end."""

    cell: Cell
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A rectangular table. `path`: the headings above it, outermost first; `lead`: the paragraph before.

    `id`: what a line of nothing but ids says below the heading, a line each.
    """

    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    path: tuple[str, ...] = ()
    lead: str = ""
    id: str = ""

    @property
    def head_rows(self) -> int:
        """How many rows at the top are headings: all that say so, else the first."""
        marked = 0
        for row in self.rows:
            if not all(cell.is_header or not cell.text for cell in row):
                break
            marked += 1
        return marked if 0 < marked < len(self.rows) else min(1, len(self.rows))

    @property
    def headings(self) -> tuple[str, ...]:
        """Each column's heading, the lines of several heading rows joined, without repetitions."""
        head = self.rows[: self.head_rows]
        return tuple(
            "\n".join(dict.fromkeys(c.text for c in column if c.text)) for column in zip(*head, strict=True)
        )

    @property
    def body(self) -> tuple[tuple[Cell, ...], ...]:
        return self.rows[self.head_rows :]

    @property
    def headed(self) -> set[int]:
        """The columns with a heading of their own."""
        head = self.rows[: self.head_rows]
        return {x for row in head for x, cell in enumerate(row) if cell.text and not cell.spanned}

    @property
    def nameless(self) -> set[int]:
        """The columns without any heading."""
        return {x for x, text in enumerate(self.headings) if not text}

    @property
    def words(self) -> str:
        """All that stands above the cells: headings of the page, then the caption."""
        return "\n".join(filter(None, (*self.path, self.caption)))


def grid_of(
    groups: Iterable[Sequence[Sequence[Spanning]]],
    caption: str = "",
    path: tuple[str, ...] = (),
    lead: str = "",
    id: str = "",
) -> Grid:
    """Resolve the spans of row groups (HTML standard, "forming a table") into a rectangle of cells.

    A span ends with its row group; a slot that two spans claim holds U+FFFD. ReadError("too_large") past
    MOST_SLOTS.
    """
    rows: list[dict[int, Cell]] = []
    left = MOST_SLOTS
    for group in groups:
        placed: list[dict[int, Cell]] = [{} for _ in group]
        for y, row in enumerate(group):
            left -= _place(row, placed, y, left)
        rows += placed
    width = max((max(row, default=-1) + 1 for row in rows), default=0)
    if width * len(rows) > MOST_SLOTS:
        raise ReadError("too_large", f"a table of more than {MOST_SLOTS} cells")
    full = tuple(tuple(row.get(x, Cell(missing=True)) for x in range(width)) for row in rows)
    return Grid(full, caption, path, lead, id)


def _place(row: Sequence[Spanning], placed: list[dict[int, Cell]], y: int, left: int) -> int:
    x = used = 0
    for item in row:
        while x in placed[y]:
            x += 1
        tall = min(item.rowspan or TALLEST, TALLEST, len(placed) - y)
        wide = min(max(item.colspan, 1), WIDEST)
        used += tall * wide
        if used > left:
            raise ReadError("too_large", f"a table of more than {MOST_SLOTS} cells")
        again = Cell(item.cell.text, item.cell.is_header, item.cell.struck, spanned=True)
        for down in range(tall):
            slots = placed[y + down]
            for across in range(x, x + wide):
                first = down == 0 and across == x
                slots[across] = Cell(_CLASH) if across in slots else item.cell if first else again
        x += wide
    return used


def with_heads(grids: Iterable[Grid]) -> Iterator[Grid]:
    """The grids, one of headings alone joined with the next: a page may scroll its rows under them."""
    above: Grid | None = None
    for grid in grids:
        cells = [cell for row in grid.rows for cell in row if cell.text]
        if above and not any(cell.is_header for cell in cells) and _width(above) == _width(grid):
            yield replace(grid, rows=above.rows + grid.rows)
            above = None
            continue
        if above:
            yield above
        above = grid if cells and all(cell.is_header for cell in cells) else None
        if not above:
            yield grid
    if above:
        yield above


def _width(grid: Grid) -> int:
    return len(grid.rows[0]) if grid.rows else 0


def without_repeats(grids: Iterable[Grid]) -> list[Grid]:
    """Each grid once: pages print a table a second time for narrow screens."""
    seen: dict[object, Grid] = {}
    for grid in grids:
        if any(cell.text for row in grid.rows for cell in row):
            seen.setdefault((grid.words, tuple(tuple(c.text for c in row) for row in grid.rows)), grid)
    return list(seen.values())
