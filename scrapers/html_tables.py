"""The tables of an HTML page as grids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.grid import Cell, Grid, Spanning, grid_of, without_repeats
from scrapers.lines import is_hidden, is_struck
from scrapers.outline import scan
from scrapers.page import ReadError

_SILENT = frozenset(("script", "style", "template", "noscript", "svg", "button", "table"))
_BLOCK = frozenset(("br", "hr", "p", "div", "li", "ul", "ol", "section", "h1", "h2", "h3", "h4", "h5", "h6"))
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LEVEL = re.compile(r"h([1-6])")


def html_tree(text: str) -> LexborHTMLParser:
    """The page's tree; ReadError("incomplete_page") where it was cut, "too_large" where it takes long."""
    outline = scan(text)
    if not outline.whole:
        raise ReadError("incomplete_page", "the page ends before its table or its document does")
    return LexborHTMLParser(text)


def html_tables(text: str) -> list[Grid]:
    """Every table of the page in its order, each with the headings above it."""
    return without_repeats(grids_in(html_tree(text)))


def grids_in(tree: LexborHTMLParser) -> Iterator[Grid]:
    """The grids of a tree already built."""
    path: list[tuple[int, str]] = []
    lead: LexborNode | None = None
    for node in tree.css("h1, h2, h3, h4, h5, h6, p, table"):
        if level := _LEVEL.fullmatch(node.tag or ""):
            path = [p for p in path if p[0] < int(level[1])] + [(int(level[1]), one_line(cell_text(node)[0]))]
            lead = None
        elif node.tag == "p":
            lead = node
        else:
            above = one_line(cell_text(lead)[0]) if lead is not None else ""
            yield _grid(node, tuple(words for _, words in path if words), above)
            lead = None


def one_line(text: str) -> str:
    return " ".join(text.split())


def _grid(table: LexborNode, path: tuple[str, ...], lead: str) -> Grid:
    groups: list[list[list[Spanning]]] = []
    caption = ""
    for part in table.iter():
        if part.tag == "caption":
            caption = one_line(cell_text(part)[0])
        elif part.tag in ("thead", "tbody", "tfoot"):
            rows = [row for row in part.iter() if row.tag == "tr"]
            groups.append([_row(row, in_head=part.tag == "thead") for row in rows])
    return grid_of(groups, caption, path, lead)


def _row(row: LexborNode, in_head: bool) -> list[Spanning]:
    return [_cell(node, in_head) for node in row.iter() if node.tag in ("td", "th")]


def _cell(node: LexborNode, in_head: bool) -> Spanning:
    text, struck = cell_text(node)
    cell = Cell(text, in_head or node.tag == "th", struck)
    return Spanning(cell, _span(node, "rowspan"), max(_span(node, "colspan"), 1))


def _span(node: LexborNode, name: str) -> int:
    said = (node.attributes.get(name) or "").strip()
    return int(said[:9]) if said.isascii() and said.isdigit() else 1


def cell_text(node: LexborNode) -> tuple[str, str]:
    """What a cell says, and what in it was struck through; without nested tables and hidden parts."""
    shown: list[str] = []
    struck: list[str] = []
    for child in node.iter(include_text=True):
        _say(child, shown, struck, raised=False)
    return _lines(shown), _lines(struck)


def _lines(parts: list[str]) -> str:
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _say(node: LexborNode, out: list[str], struck: list[str], raised: bool) -> None:
    tag = node.tag
    if tag == "-text":
        text = re.sub(r"\s+", " ", node.text_content or "")
        out.append(text.translate(_RAISED) if raised else text)
        return
    if tag in _SILENT or tag is None or tag.startswith("-") or tag == "_comment":
        return
    if is_hidden(node):
        return
    if is_struck(node):
        out = struck
        out.append(" ")
    if tag in _BLOCK:
        out.append("\n")
    for child in node.iter(include_text=True):
        _say(child, out, struck, raised or tag in ("sup", "sub"))
    if tag in _BLOCK:
        out.append("\n")
