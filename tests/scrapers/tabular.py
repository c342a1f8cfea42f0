"""The tables of a page's text with the place of every cell: found without the readers, to check them by."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

Edit = tuple[int, int, str]  # from, to, what stands there instead

_TABLE = re.compile(r"<table\b[^>]*>(.*?)</table>", re.I | re.S)
_ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.I | re.S)
_CELL = re.compile(r"<(t[dh])\b([^>]*)>(.*?)</\1>", re.I | re.S)
_STRUCK = re.compile(
    r"<(s|del|strike)\b.*?</\1>|~~.*?~~|<span style=\"text-decoration:\s*line-through.*?</span>", re.S
)
_RAISED = re.compile(r"<sup\b.*?</sup>|\(?[¹²³⁰-⁹]+\)?", re.I | re.S)


@dataclass(frozen=True)
class Place:
    """A cell as it stands in the text: `start` to `end` with its tag or its bar, `inner` what it says."""

    start: int
    end: int
    inner: tuple[int, int]
    words: str
    tall: int = 1
    wide: int = 1


@dataclass
class Table:
    """Rows of cells; `head` of them are headings. `at` resolves the spans: (row, column) → cell."""

    start: int
    end: int
    rows: list[list[Place]]
    ends: list[Edit]  # each row's own extent
    head: int = 1
    at: dict[tuple[int, int], Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for y, row in enumerate(self.rows):
            x = 0
            for cell in row:
                while (y, x) in self.at:
                    x += 1
                for down in range(min(cell.tall, len(self.rows) - y)):
                    for across in range(cell.wide):
                        self.at.setdefault((y + down, x + across), cell)

    @property
    def width(self) -> int:
        return max((x for _, x in self.at), default=-1) + 1

    @property
    def is_plain(self) -> bool:
        """Whether every row has every cell, so that columns can be moved about."""
        return all(len(row) == self.width for row in self.rows)

    @property
    def body(self) -> range:
        return range(self.head, len(self.rows))

    def column(self, x: int) -> list[Place]:
        return list(dict.fromkeys(c for (_, at), c in sorted(self.at.items()) if at == x))


def words_of(markup: str) -> str:
    """What a cell says, in lower case, without marks."""
    text = _STRUCK.sub("", re.sub(r"<!--.*?-->", "", _RAISED.sub("", markup), flags=re.S))
    text = re.sub(r"<[^>]*>", "", re.sub(r"</?(?:br|p|div|li|hr)\b[^>]*>", " ", text))
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", _RAISED.sub("", html.unescape(text)))
    return " ".join(text.replace("\\$", "$").replace("`", "").casefold().split())


def tables_of(text: str) -> list[Table]:
    """Every table of the text, HTML or Markdown, in its order."""
    found = [_html_table(m) for m in _TABLE.finditer(text)]
    return sorted([*found, *_pipe_tables(text)], key=lambda t: t.start)


def _html_table(table: re.Match[str]) -> Table:
    rows, ends = [], []
    for row in _ROW.finditer(table[1]):
        at = table.start(1) + row.start(1)
        ends.append((table.start(1) + row.start(), table.start(1) + row.end(), ""))
        rows.append([_html_cell(cell, at) for cell in _CELL.finditer(row[1])])
    head = sum("<th" in table[1][a - table.start(1) : b - table.start(1)] for a, b, _ in ends)
    return Table(table.start(), table.end(), rows, ends, head if 0 < head < len(rows) else 1)


def _html_cell(cell: re.Match[str], at: int) -> Place:
    def span(name: str) -> int:
        said = re.search(rf"{name}=[\"']?(\d+)", cell[2], re.I)
        return int(said[1]) if said else 1

    inner = (at + cell.start(3), at + cell.end(3))
    return Place(
        at + cell.start(), at + cell.end(), inner, words_of(cell[3]), span("rowspan"), span("colspan")
    )


def _pipe_tables(text: str) -> Iterable[Table]:
    lines, at = [], 0
    for line in [*text.split("\n"), ""]:
        if line.lstrip().startswith("|"):
            lines.append((at, line))
        elif lines:
            if len(lines) > 2:
                yield _pipe_table(lines)
            lines = []
        at += len(line) + 1


def _pipe_table(lines: list[tuple[int, str]]) -> Table:
    rows = [_pipe_row(at, line) for at, line in lines if not re.fullmatch(r"[\s|:-]+", line)]
    ends = [(at, at + len(line) + 1, "") for at, line in lines if not re.fullmatch(r"[\s|:-]+", line)]
    return Table(lines[0][0], lines[-1][0] + len(lines[-1][1]), rows, ends)


def _pipe_row(at: int, line: str) -> list[Place]:
    bars = [at + m.start() for m in re.finditer(r"(?<!\\)\|", line)]
    return [Place(a, b, (a + 1, b), words_of(line[a + 1 - at : b - at])) for a, b in pairwise(bars)]


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; they must not overlap."""
    for start, end, new in sorted(set(edits), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def rewritten(text: str, wanted: Callable[[Table], bool], edits: Callable[[Table], Iterable[Edit]]) -> str:
    """The text with the edits of every table that is wanted."""
    return edited(text, [edit for table in tables_of(text) if wanted(table) for edit in edits(table)])
