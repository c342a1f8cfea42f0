"""The tables of an HTML page as grids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.grid import Cell, Grid, Spanning, grid_of, without_repeats
from scrapers.html_page import html_tree
from scrapers.lines import AS_RAISED, as_lines, is_hidden, is_struck, one_line
from scrapers.names import ID
from scrapers.outline import DEEPEST
from scrapers.page import ReadError
from scrapers.terms import tier_only

_SILENT = frozenset(("script", "style", "template", "noscript", "svg", "button", "table"))
_BLOCK = frozenset(
    ("br", "hr", "p", "div", "blockquote", "li", "ul", "ol", "section", "h1", "h2", "h3", "h4", "h5", "h6")
)
_BADGE = re.compile(r"(?:^|[\s_-])(?:badge|tag|chip|pill|label)(?:$|[\s_-])", re.I)  # a margin sets it apart
_PANEL_NAMES = ("id", "aria-labelledby", "aria-label", "data-value")
_PANEL = re.compile(r"(?<![a-z])(batch|flex|priority)(?![a-z])", re.I)
_HIGHEST_PANEL = 5  # how far above its table a tab's panel is looked for


def html_tables(text: str) -> list[Grid]:
    """Every table of the page in its order, each with the headings above it."""
    return without_repeats(grids_in(html_tree(text)))


def grids_in(tree: LexborHTMLParser) -> Iterator[Grid]:
    """The grids of a tree already built."""
    path: list[tuple[str, LexborNode]] = []
    lead: list[LexborNode] = []
    for node in tree.css("h1, h2, h3, h4, h5, h6, p, [data-as=p], table"):
        tag = node.tag or ""
        if tag in ("p", "span"):  # Mintlify writes <span data-as="p">
            lead = [node]
        elif tag == "table":
            above = [words for _, node_above in path if (words := _said(node_above))]
            before = "".join(map(_said, lead))
            yield _grid(node, (*above, *_tab_of(node)), before, _ids_below(path))
            lead = []
        else:
            path = [outer for outer in path if outer[0] < tag] + [(tag, node)]
            lead = []


def _ids_below(path: list[tuple[str, LexborNode]]) -> str:
    """The ids, a line each, in the element that follows a table's heading and holds nothing else."""
    heading = next((node for _, node in reversed(path) if not tier_only(_said(node))), None)
    below = heading.next if heading is not None else None
    while below is not None and not below.is_element_node:
        below = below.next
    if below is None or below.tag not in ("em", "p", "div", "span", "code"):
        return ""
    codes = [below] if below.tag == "code" else below.css("code")
    ids = [_said(code) for code in codes]
    rest = _said(below)
    for id in ids:
        rest = rest.replace(id, "", 1)
    return "" if re.sub(r"\band\b|\bor\b|models?:|\W", "", rest, flags=re.I) else "\n".join(ids)


def _tab_of(table: LexborNode) -> list[str]:
    """The tier of the tab in which a table stands, by the name of its panel."""
    node = table.parent
    for _ in range(_HIGHEST_PANEL):
        if node is None:
            return []
        if node.attributes.get("role") == "tabpanel":
            names = " ".join(filter(None, (node.attributes.get(key) for key in _PANEL_NAMES)))
            found = _PANEL.findall(names)
            return [found[0]] if len(set(found)) == 1 else []
        node = node.parent
    return []


def _said(node: LexborNode) -> str:
    return one_line(cell_text(node)[0])


def _grid(table: LexborNode, path: tuple[str, ...], lead: str, ids: str) -> Grid:
    groups: list[list[list[Spanning]]] = []
    caption = ""
    for part in table.iter():
        if part.tag == "caption":
            caption = _said(part)
        elif part.tag in ("thead", "tbody", "tfoot"):
            rows = [row for row in part.iter() if row.tag == "tr"]
            groups.append([_row(row, in_head=part.tag == "thead") for row in rows])
    return grid_of(groups, caption, path, lead, ids)


def _row(row: LexborNode, in_head: bool) -> list[Spanning]:
    return [_cell(node, in_head) for node in row.iter() if node.tag in ("td", "th")]


def _cell(node: LexborNode, in_head: bool) -> Spanning:
    text, struck = cell_text(node)
    cell = Cell(text, in_head or node.tag == "th", struck)
    says = node.attributes
    return Spanning(cell, _span(says.get("rowspan")), max(_span(says.get("colspan")), 1))


def _span(stated: str | None) -> int:
    said = (stated or "").strip()
    return int(said[:9]) if said.isascii() and said.isdigit() else 1


def cell_text(node: LexborNode) -> tuple[str, str]:
    """What a cell says, and what in it was struck through; without nested tables and hidden parts."""
    shown: list[str] = []
    struck: list[str] = []
    _say_all(node, shown, struck, raised=False, deeper=DEEPEST)
    return as_lines(shown), as_lines(struck) if struck else ""


def _say_all(node: LexborNode, out: list[str], struck: list[str], raised: bool, deeper: int) -> None:
    if not deeper:
        raise ReadError("too_large", f"elements are nested more than {DEEPEST} deep")
    for child in node.iter(include_text=True):
        tag = child.tag or "-"
        if tag == "-text":
            text = (child.text_content or "").replace("\n", " ")
            out.append(text.translate(AS_RAISED) if raised else text)
        elif tag in _SILENT or tag[0] in "-_" or is_hidden(child):
            continue
        else:
            _say(child, tag, out, struck, raised, deeper - 1)


def _say(node: LexborNode, tag: str, out: list[str], struck: list[str], raised: bool, deeper: int) -> None:
    if is_struck(node):
        out = struck
        out.append(" ")
    if tag == "code" and any(map(str.strip, out)) and ID.fullmatch((node.text() or "").strip()):
        out.append("\n")  # an id behind a name
    is_apart = tag in _BLOCK or (tag == "span" and bool(_BADGE.search(node.attributes.get("class") or "")))
    if is_apart:
        out.append("\n")
    _say_all(node, out, struck, raised or tag in ("sup", "sub"), deeper)
    if is_apart:
        out.append("\n")
