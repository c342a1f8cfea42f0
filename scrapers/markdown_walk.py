"""A walk down the blocks of a Markdown page: what stands above a table, and its headings of two rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from scrapers.currencies import currency_in
from scrapers.grid import Grid, Spanning, grid_of
from scrapers.lines import one_line
from scrapers.markdown_inline import LINK, inline_text
from scrapers.meters import meter_of
from scrapers.terms import tabs_in, tier_only

_ID = re.compile(r"`([\w./:@-]+)`")
_IDS = re.compile(
    rf"[_*]*(?:models?: *)?{_ID.pattern}(?:(?:,| and|, and| or| /)? *{_ID.pattern})*[_*.]*", re.I
)
_HEAD = re.compile(r"models?(?: name| id)?|name|模型(?:名称)?", re.I)
_LONGEST_TITLE, _LONGEST_TABS = 200, 1000  # characters of a heading's words below it; of a line of tabs


@dataclass(slots=True)
class Walk:
    """Where a walk down the blocks stands: headings, the paragraph before, a line of ids, tabs of tiers."""

    path: list[tuple[int, str]] = field(default_factory=list)
    lead: str = ""
    id: str = ""
    tabs: list[str] = field(default_factory=list)
    under: list[Grid] = field(default_factory=list)  # the tables since the tabs
    untitled: int = 0  # the level of a heading whose words stand in the line below it

    def heads(self, level: int, text: str) -> None:
        self.tabs, self.under = [], []
        self.untitled = 0 if text.strip("\u200b ") else level
        self.path = [p for p in self.path if p[0] < level] + ([] if self.untitled else [(level, text)])
        self.lead = self.id = ""

    def says(self, source: str) -> None:
        """Take a paragraph: the words of an empty heading, a tier, tabs, an id, or what leads to a table."""
        if self.untitled:
            level, self.untitled = self.untitled, 0
            if len(source) <= _LONGEST_TITLE:
                return self.heads(level, inline_text(source)[0])
        said = _plain(source) if len(source) <= _LONGEST_TABS else ""
        if tier_only(said):
            self.path = [p for p in self.path if p[0] <= 6] + [(7, said)]
            self.tabs = []
        elif tabs := tabs_in(said):
            self.tabs, self.under = tabs, []
        elif _IDS.fullmatch(named := LINK.sub(r"\1", source[:_LONGEST_TABS]).strip()):
            self.id = "\n".join(_ID.findall(named))
        self.lead = source

    def meets(self, rows: list[list[Spanning]]) -> Grid:
        above = tuple(one_line(words) for _, words in self.path)
        grid = grid_of([two_heads(rows)], path=above, lead=one_line(_plain(self.lead)), id=self.id)
        self.lead = ""
        return grid


def _are_heads(row: list[Spanning]) -> bool:
    """Whether a row holds headings: the name's, and two prices' at least."""
    said = [item.cell.text for item in row]
    return (
        bool(said)
        and bool(re.match(r"models?\b|name\b|模型", said[0], re.I))
        and sum(map(bool, map(meter_of, said))) > 1
    )


def two_heads(rows: list[list[Spanning]]) -> list[list[Spanning]]:
    """Markdown flattens a heading of two rows: the second becomes a row, the spans of the first are blank.

    One of nothing but blanks stands above a table that had none. Put right only where
    the second says the same below each word of the first.
    """
    if len(rows) > 2 and not any(item.cell.text for item in rows[0]) and _are_heads(rows[1]):
        return [[Spanning(replace(item.cell, is_header=True)) for item in rows[1]], *rows[2:]]
    if len(rows) < 3 or not any(_HEAD.fullmatch(row[0].cell.text) for row in rows[:2] if row):
        return rows
    words = [item for item in rows[0][1:] if item.cell.text]
    under = [item.cell.text for item in rows[1][1:]]
    wide = len(under) // max(len(words), 1)
    if len(words) < 2 or under[:wide] * len(words) != under or sum(map(bool, map(meter_of, under))) < 2:
        return rows
    if any(currency_in(text) for text in under):  # "Input: $3" below a heading is a price
        return rows
    above = [rows[0][0], *(item for item in words for _ in range(wide))]
    heads = [[Spanning(replace(item.cell, is_header=True)) for item in row] for row in (above, rows[1])]
    return [*heads, *rows[2:]]


def _plain(source: str) -> str:
    """A line without its links' addresses and its emphasis."""
    return re.sub(r"[*_`]+", "", LINK.sub(r"\1 ", source)).strip()
