"""The pipe tables of a Markdown page as grids, and the HTML tables that it may hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, takewhile

from markdown_it import MarkdownIt
from markdown_it.token import Token

from scrapers.grid import WIDEST, Cell, Grid, Spanning, without_repeats
from scrapers.html_tables import html_tables
from scrapers.markdown_inline import inline_text
from scrapers.markdown_lines import without_fences
from scrapers.markdown_walk import Walk
from scrapers.page import ReadError
from scrapers.terms import tier_only

_BAR = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r"\|(?:\s*:?-+:?\s*\|)+\s*")
_TAB = re.compile(r"^[ \t]*<Tab\b[^<>\n]*\btitle=[\"'{ ]*(?P<title>[^\"'<>\n]+)[\"'][^<>\n]*>[ \t]*$", re.M)
_MISSING = "\ue000"  # in place of a cell that a row does not have
LONGEST_PAGE, _MOST_ROWS = 2_000_000, 20_000  # characters; table rows, 80 µs each

# Cells are parsed one by one, so the block parser may leave all other text alone.
BLOCKS = MarkdownIt("commonmark").enable("table").disable("inline")


def markdown_tables(text: str) -> list[Grid]:
    """Every table of the page in its order; ReadError("incomplete_page") where the text ends within one."""
    if len(text) > LONGEST_PAGE or text.count("\n|") > _MOST_ROWS:
        raise ReadError("too_large", "more Markdown than can be read in good time")
    _refuse_cut(text)
    grids = _pipe_tables(BLOCKS.parse(_widened(_unindented(text))))
    if re.search(r"<table\b", text, re.I):
        grids += html_tables(without_fences(text))
    return without_repeats(grids)


def _unindented(text: str) -> str:
    """Tables in <Tab> or <Note> are indented, which Markdown takes for code, and follow the tag at once."""
    text = re.sub(r"(<\w+)\s+style=\{\{[^{}\n]*\}\}", r"\1", text)
    text = _TAB.sub(lambda tab: f"\n{tab['title']}\n" if tier_only(tab["title"]) else tab[0], text)
    text = re.sub(r"^[ \t]*</Tabs>[ \t]*$", "\nStandard\n", text, flags=re.M)
    text = re.sub(r"^[ \t]*(</?[A-Z][^<>\n]*>)[ \t]*$", r"\n\1\n", text, flags=re.M)
    text = re.sub(r"^([ \t]*(?:[-*+]|\d+[.)]) .*)\n[ \t]+(?=\|)", r"\1\n\n", text, flags=re.M)  # in an item
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


def _refuse_cut(text: str) -> None:
    """Markdown has no end mark: what was begun and never ended tells a cut page."""
    rows = [line.strip() for line in text.rstrip().split("\n")[-2:]]
    cut_row = rows[-1].startswith("|") and not (len(rows[-1]) > 1 and rows[-1].endswith("|"))
    fences = len(re.findall(r"^[ \t]*```", text, re.M))
    notes = len(re.findall(r"^[ \t]*<[A-Z][A-Za-z]*\b[^>\n]*(?<!/)>[ \t]*$", text, re.M))
    ended = len(re.findall(r"^[ \t]*</[A-Z][A-Za-z]*>[ \t]*$", text, re.M))
    if cut_row or fences % 2 or notes > ended:
        raise ReadError("incomplete_page", "the text ends before what it began: a row, a fence or a note")


def _pipe_tables(tokens: Sequence[Token]) -> list[Grid]:
    """The tables; the n-th below a line of tabs is that of the n-th tab, if there are as many."""
    grids: list[Grid] = []
    tabbed: list[tuple[list[str], int]] = []  # the tabs above each table, and which of their tables it is
    walk = Walk()
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
