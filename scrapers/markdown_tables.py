"""The pipe tables of a Markdown page as grids, and the HTML tables that it may hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, takewhile

from markdown_it import MarkdownIt
from markdown_it.token import Token

from scrapers.grid import WIDEST, Cell, Grid, Spanning, grid_of, without_repeats
from scrapers.html_tables import html_tables
from scrapers.meters import meter_of
from scrapers.page import ReadError
from scrapers.terms import tabs_in, tier_only

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BREAK = re.compile(r"<(?:br|hr|/?p|/?div|/?li|/?ul)\b[^>]*>", re.I)
_STRUCK_TAG = re.compile(r"<(/?)(?:s|del|strike)\b[^>]*>", re.I)
_RAISED_TAG = re.compile(r"<(/?)(?:sup|sub)\b[^>]*>", re.I)
_MARK = re.compile(r"[\\*_`~<&!\[\]]")
_BAR = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r"\|(?:\s*:?-+:?\s*\|)+\s*")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_ID = re.compile(r"`([\w./:@-]+)`")
_IDS = re.compile(rf"[_*]*(?:models?: *)?{_ID.pattern}(?:(?:,| and|, and| or| /)? *{_ID.pattern})*[_*.]*", re.I)
_TAB = re.compile(r"^[ \t]*<Tab\b[^<>\n]*\btitle=[\"'{ ]*(?P<title>[^\"'<>\n]+)[\"'][^<>\n]*>[ \t]*$", re.M)
_MISSING = "\ue000"  # in place of a cell that a row does not have
_HEAD = re.compile(r"models?(?: name| id)?|name|模型(?:名称)?", re.I)
_LONGEST_TITLE, _LONGEST_TABS = 200, 1000  # characters of a heading's words below it; of a line of tabs
_LONGEST_PAGE, _MOST_ROWS = 2_000_000, 20_000  # characters; table rows, 80 µs each
_MOST_MARKS = 200  # of one cell; the inline parser's time grows faster than their number

# Cells are parsed one by one, so the block parser may leave all other text alone.
_BLOCKS = MarkdownIt("commonmark").enable("table").disable("inline")
_INLINE = MarkdownIt("commonmark").enable("strikethrough")


def markdown_tables(text: str) -> list[Grid]:
    """Every table of the page in its order; ReadError("incomplete_page") where the text ends within one."""
    if len(text) > _LONGEST_PAGE or text.count("\n|") > _MOST_ROWS:
        raise ReadError("too_large", "more Markdown than can be read in good time")
    _refuse_cut(text)
    grids = _pipe_tables(_BLOCKS.parse(_widened(_unindented(text))))
    if re.search(r"<table\b", text, re.I):
        grids += html_tables(_without_fences(text))
    return without_repeats(grids)


def _unindented(text: str) -> str:
    """Tables in <Tab> or <Note> are indented, which Markdown takes for code, and follow the tag at once."""
    text = re.sub(r"(<\w+)\s+style=\{\{[^{}\n]*\}\}", r"\1", text)
    text = _TAB.sub(lambda tab: f"\n{tab['title']}\n" if tier_only(tab["title"]) else tab[0], text)
    text = re.sub(r"^[ \t]*</Tabs>[ \t]*$", "\nStandard\n", text, flags=re.M)
    text = re.sub(r"^[ \t]*(</?[A-Z][^<>\n]*>)[ \t]*$", r"\n\1\n", text, flags=re.M)
    return re.sub(r"^[ \t]+(?=\|)", "", text, flags=re.M)


def _widened(text: str) -> str:
    """All rows as wide as the widest: Markdown would drop what is past the head, and fill up with blanks."""
    lines = text.split("\n")
    for at in (n for n, line in enumerate(lines) if n and _DELIMITER.fullmatch(line)):
        width = _width(lines[at])
        below = list(takewhile(lambda line: line.startswith("|"), islice(lines, at + 1, None)))
        widest = max(map(_width, below), default=0)
        if width < widest <= width + WIDEST and _width(lines[at - 1]) == width:
            lines[at - 1] = lines[at - 1].rstrip() + f" {_MISSING} |" * (widest - width)
            lines[at] = lines[at].rstrip() + " --- |" * (widest - width)
        for y, line in enumerate(below, at + 1):
            if _width(line) < max(width, widest) <= WIDEST and line.rstrip().endswith("|"):
                lines[y] = line.rstrip() + f" {_MISSING} |" * (max(width, widest) - _width(line))
    return "\n".join(lines)


def _width(line: str) -> int:
    return len(_BAR.findall(line.strip())) - 1


def _without_fences(text: str) -> str:
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = line.strip()[:3]
        if mark in ("```", "~~~") and (not fence or mark == fence):
            fence = "" if fence else mark
        elif not fence:
            kept.append(line)
    return "\n".join(kept)


def _refuse_cut(text: str) -> None:
    """Markdown has no end mark: what was begun and never ended tells a cut page."""
    rows = [line.strip() for line in text.rstrip().split("\n")[-2:]]
    cut_row = rows[-1].startswith("|") and not (len(rows[-1]) > 1 and rows[-1].endswith("|"))
    fences = len(re.findall(r"^[ \t]*```", text, re.M))
    notes = len(re.findall(r"^[ \t]*<[A-Z][A-Za-z]*\b[^>\n]*(?<!/)>[ \t]*$", text, re.M))
    ended = len(re.findall(r"^[ \t]*</[A-Z][A-Za-z]*>[ \t]*$", text, re.M))
    if cut_row or fences % 2 or notes > ended:
        raise ReadError("incomplete_page", "the text ends before what it began: a row, a fence or a note")


@dataclass(slots=True)
class _Walk:
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
        elif _IDS.fullmatch(named := _LINK.sub(r"\1", source[:_LONGEST_TABS]).strip()):
            self.id = "\n".join(_ID.findall(named))
        self.lead = source

    def meets(self, rows: list[list[Spanning]]) -> Grid:
        above = tuple(" ".join(words.split()) for _, words in self.path)
        grid = grid_of([_two_heads(rows)], path=above, lead=" ".join(_plain(self.lead).split()), id=self.id)
        self.lead = ""
        return grid


def _pipe_tables(tokens: Sequence[Token]) -> list[Grid]:
    """The tables; the n-th below a line of tabs is that of the n-th tab, if there are as many."""
    grids: list[Grid] = []
    tabbed: list[tuple[list[str], int]] = []  # the tabs above each table, and which of their tables it is
    walk = _Walk()
    rows: list[list[Spanning]] = []
    in_head = False
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            walk.heads(int(token.tag[1]), inline_text(tokens[at + 1].content)[0])
        elif token.type == "paragraph_open":
            walk.says(tokens[at + 1].content)
        elif token.type == "table_open":
            rows = []
        elif token.type in ("thead_open", "thead_close"):
            in_head = token.type == "thead_open"
        elif token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            text, struck = inline_text(tokens[at + 1].content)
            missing = text == _MISSING
            rows[-1].append(Spanning(Cell("" if missing else text, in_head, struck, missing=missing)))
        elif token.type == "table_close":
            grids.append(walk.meets(rows))
            tabbed.append((walk.tabs, len(walk.under)))
            walk.under.append(grids[-1])
    many = Counter(id(tabs) for tabs, _ in tabbed)
    return [
        replace(grid, path=(*grid.path, tabs[n])) if tabs else grid
        for grid, (tabs, n) in zip(grids, tabbed, strict=True)
        if not tabs or many[id(tabs)] == len(tabs)
    ]


def _two_heads(rows: list[list[Spanning]]) -> list[list[Spanning]]:
    """Markdown flattens a heading of two rows: the second becomes a row, the spans of the first are blank.

    Put right only where the second says the same below each word of the first.
    """
    if len(rows) < 3 or not any(_HEAD.fullmatch(row[0].cell.text) for row in rows[:2] if row):
        return rows
    words = [item for item in rows[0][1:] if item.cell.text]
    under = [item.cell.text for item in rows[1][1:]]
    wide = len(under) // max(len(words), 1)
    if len(words) < 2 or under[:wide] * len(words) != under or sum(map(bool, map(meter_of, under))) < 2:
        return rows
    above = [rows[0][0], *(item for item in words for _ in range(wide))]
    heads = [[Spanning(replace(item.cell, is_header=True)) for item in row] for row in (above, rows[1])]
    return [*heads, *rows[2:]]


def _plain(source: str) -> str:
    """A line without its links' addresses and its emphasis."""
    return re.sub(r"[*_`]+", "", _LINK.sub(r"\1 ", source)).strip()


def inline_text(source: str) -> tuple[str, str]:
    """What inline Markdown says as lines, and what in it was struck through."""
    marks = len(_MARK.findall(source))
    if not marks:
        return _lines([source]), ""
    if marks > _MOST_MARKS:
        raise ReadError("too_large", f"a cell with more than {_MOST_MARKS} marks")
    said = _Said()
    for token in _flat(_INLINE.parseInline(source)):
        said.take(token)
    return _lines(said.shown), _lines(said.struck)


@dataclass(slots=True)
class _Said:
    """What the tokens of a cell said so far, and what is open among them."""

    shown: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    strikes: int = 0
    raised: bool = False
    linked: bool = False  # a link ended just before

    def take(self, token: Token) -> None:
        if token.type in ("s_open", "s_close"):
            self._strike(token.type == "s_open")
        elif token.type == "html_inline":
            self._tag(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            self._say("\n")
        elif token.type in ("text", "text_special", "code_inline"):
            if self.linked and token.content[:1].isalnum():
                self._say("\n")  # a badge or an id that stood in a line of its own
            self._say(token.content.translate(_RAISED) if self.raised else token.content)
        self.linked = token.type == "link_close"

    def _tag(self, tag: str) -> None:
        if strike := _STRUCK_TAG.fullmatch(tag):
            self._strike(not strike[1])
        elif raised := _RAISED_TAG.fullmatch(tag):
            self.raised = not raised[1]
        elif _BREAK.fullmatch(tag):
            self._say("\n")

    def _strike(self, opens: bool) -> None:
        self.strikes = max(self.strikes + (1 if opens else -1), 0)
        self.struck.append(" ")

    def _say(self, words: str) -> None:
        (self.struck if self.strikes else self.shown).append(words)


def _flat(tokens: Sequence[Token]) -> list[Token]:
    return [
        inner
        for token in tokens
        for inner in (_flat(token.children) if token.children and token.type != "image" else [token])
    ]


def _lines(parts: list[str]) -> str:
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)
