"""Tables built of divs: a row of headings, and rows of as many parts beside or below it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.columns import NAME
from scrapers.flat_tables import OTHER_HEAD
from scrapers.grid import Cell, Grid
from scrapers.html_tables import cell_text
from scrapers.lines import one_line
from scrapers.meters import meter_of
from scrapers.names import without_marks

_LINK_BEHIND = re.compile(r"(?<=\d)(?:Try|View|Learn|Deploy|Open|Get|Start|More|Details)\b[\w ]{0,20}$", re.M)
_ACTION = re.compile(r"(?:try|view|learn|deploy|open|get|start|more|details)\b[\w ]{0,20}", re.I)
_PARTS = "div, span, p, li, dt, strong, b, h4, h5, h6"
_HEADINGS = "h1, h2, h3, h4, h5, h6"
_SIGN_ABOVE = re.compile(r"(?<=[$€£¥])\n(?=\d)")
_SILENT = frozenset(("script", "style", "template", "svg", "button", "br", "hr", "noscript"))
_LONGEST_HEAD, _WIDEST = 60, 16  # characters; columns
_HIGHEST = 5  # how far a row lies above its heading's text
_MOST_STEPS = 2000  # elements looked at below one heading


def div_tables(tree: LexborHTMLParser) -> Iterator[Grid]:
    """Every table of divs whose headings name models, input and output."""
    seen: set[int] = set()
    for leaf in tree.css(_PARTS):
        said = leaf.text(deep=True) or ""
        if len(said) > _LONGEST_HEAD or not NAME.fullmatch(without_marks(one_line(said))):
            continue
        head = _head_row(leaf)
        if head is None or head.mem_id in seen:
            continue
        seen.add(head.mem_id)
        cells = _children(head)
        wide = _width(cells)
        if len(cells) > wide:
            rows = [cells[n : n + wide] for n in range(wide, len(cells), wide)]
            rows = rows if len(cells) % wide == 0 else []
        else:
            rows = list(_rows_below(head, wide))
        if rows:
            above, lead = _above(head)
            yield Grid(tuple(map(_row, [cells[:wide], *rows])), path=above, lead=lead)


def _row(cells: list[LexborNode]) -> tuple[Cell, ...]:
    return tuple(Cell(*_said(cell)) for cell in cells)


def _said(cell: LexborNode) -> tuple[str, bool, str]:
    text, struck = cell_text(cell)
    said = _LINK_BEHIND.sub("", _SIGN_ABOVE.sub("", text))
    lines = [line for line in said.split("\n") if not _ACTION.fullmatch(line)]
    half = len(lines) // 2
    if lines[:half] == lines[half:]:
        lines = lines[:half]  # once for narrow screens, once for wide ones
    return "\n".join(lines), False, struck


def _children(node: LexborNode) -> list[LexborNode]:
    return [child for child in node.iter() if child.tag not in _SILENT]


def _head_row(leaf: LexborNode) -> LexborNode | None:
    """The element whose parts are the headings: the first that holds input and output beside the name."""
    node: LexborNode | None = leaf.parent
    for _ in range(_HIGHEST):
        if node is None or node.tag in ("body", "html", "table", "tr"):
            return None
        cells = _children(node)
        if len(cells) > 2:
            meters = [meter_of(_heading(cell)) for cell in cells[:_WIDEST]]
            return node if {"input_mtok", "output_mtok"} <= set(meters) else None
        node = node.parent
    return None


def _heading(cell: LexborNode) -> str:
    text = one_line(cell.text(deep=True) or "")
    return text if len(text) <= _LONGEST_HEAD else ""


def _width(cells: list[LexborNode]) -> int:
    """How many parts are headings: those at the beginning that read as such, in a flat grid; else all."""
    texts = [_heading(cell) for cell in cells]
    is_head = [bool(NAME.fullmatch(text) or meter_of(text) or OTHER_HEAD.fullmatch(text)) for text in texts]
    first = is_head.index(False) if False in is_head else len(cells)
    return first if first > 2 and len(cells) % first == 0 and _are_heads(cells[:first]) else len(cells)


def _are_heads(cells: list[LexborNode]) -> bool:
    return {"input_mtok", "output_mtok"} <= {meter_of(_heading(cell)) for cell in cells}


def _rows_below(head: LexborNode, wide: int) -> Iterator[list[LexborNode]]:
    """The rows after the headings: elements of as many parts, beside the row or beside what wraps it."""
    node = head
    for _ in range(3):
        found = [row for beside in _after(node) for row in _rows_in(beside, wide)]
        if found:
            yield from found
            return
        if node.parent is None or node.parent.tag in ("body", "html"):
            return
        node = node.parent


def _after(node: LexborNode) -> Iterator[LexborNode]:
    beside = node.next
    while beside is not None:
        if beside.is_element_node:
            yield beside
        beside = beside.next


def _rows_in(node: LexborNode, wide: int) -> Iterator[list[LexborNode]]:
    waiting, steps = [node], 0
    while waiting and steps < _MOST_STEPS:
        here, steps = waiting.pop(), steps + 1
        cells = _children(here)
        if len(cells) == wide and not _are_heads(cells):
            yield cells
        elif not _are_heads(cells):
            waiting.extend(reversed(cells))


def _above(node: LexborNode) -> tuple[tuple[str, ...], str]:
    """(the nearest heading above, the text just before) of a table."""
    lead = ""
    here: LexborNode | None = node
    for _ in range(8):
        if here is None:
            break
        before = here.prev
        while before is not None:
            if before.is_element_node:
                heading = before if before.tag in _HEADINGS.split(", ") else None
                inner = [heading] if heading else before.css(_HEADINGS)
                if inner:
                    return ((one_line(inner[-1].text(deep=True)),), lead)
                lead = lead or one_line(before.text(deep=True))[:300]
            before = before.prev
        here = here.parent
    return (), lead
