"""A page as the lines of text that it shows, in order, with its headings told from the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from scrapers.outline import DEEPEST
from scrapers.page import ReadError

_STRUCK = frozenset(("s", "del", "strike"))
_SILENT = _STRUCK | frozenset(
    ("script", "style", "template", "noscript", "svg", "head", "button", "select", "textarea")
)
_INLINE = frozenset(
    ("a", "abbr", "b", "code", "em", "font", "i", "kbd", "mark", "small", "span", "strong", "u")
)
_RAISED = frozenset(("sup", "sub"))
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
AS_RAISED = str.maketrans("0123456789", RAISED)
_STRUCK_STYLE = re.compile(r"text-decoration[a-z-]*\s*:[^;]*line-through", re.I)
_STRUCK_CLASS = re.compile(r"(?:^|\s)(?:line-through|strike(?:-?through)?)(?:\s|$)")
_GONE_STYLE = re.compile(r"display\s*:\s*none", re.I)
# All that may be struck or hidden by its attributes: few of a page's elements.
_MARKED = "[hidden], [style], [class*='line-through'], [class*='strike']"
_LEVELS = {f"h{n}": n for n in range(1, 7)}
_NAMES = _LEVELS | dict.fromkeys(("dt", "summary", "strong", "b"), 7)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; `level` is 1 to 6 for a heading, 7 for what stands like one, else 0."""

    text: str
    level: int = 0


def lines_of(node: LexborNode, without: str = "", *, names: bool = False) -> list[Line]:
    """What an element shows; struck-through and hidden parts, buttons and scripts are left out.

    `without`: what else is, as a selector. `names`: terms of lists and lines in bold are headings of level 7.

    ReadError("too_large") where elements are nested deeper than pages are.
    """
    out: list[Line] = []
    here: list[str] = []
    gone = {marked.mem_id for marked in node.css(_MARKED) if is_struck(marked) or is_hidden(marked)}
    gone |= {left_out.mem_id for left_out in node.css(without)} if without else set()
    _walk(node, out, here, 0, gone, DEEPEST, _NAMES if names else _LEVELS)
    _end(out, here, 0)
    return out


def _walk(
    node: LexborNode,
    out: list[Line],
    here: list[str],
    level: int,
    gone: set[int],
    deeper: int,
    levels: dict[str, int],
) -> None:
    if not deeper:
        raise ReadError("too_large", f"elements are nested more than {DEEPEST} deep")
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            here.append(child.text_content or "")
        elif tag in _RAISED:
            here.append((child.text() or "").translate(AS_RAISED))
        elif tag in _SILENT or tag[:1] in "-_" or (gone and child.mem_id in gone):
            continue
        elif tag in _INLINE and not (tag in levels and _is_alone(child, node)):
            _walk(child, out, here, level, gone, deeper - 1, levels)
        else:
            if here:
                _end(out, here, level)
            inner = levels.get(tag, level)
            _walk(child, out, here, inner, gone, deeper - 1, levels)
            if here:
                _end(out, here, inner)


def _is_alone(inner: LexborNode, outer: LexborNode) -> bool:
    """Whether an element is all that the one around it says, or what an item begins with."""
    said, whole = (inner.text() or "").strip(), (outer.text() or "").strip()
    return outer.tag in ("p", "div", "li") and (
        said == whole or (outer.tag == "li" and whole.startswith(said))
    )


def _end(out: list[Line], here: list[str], level: int) -> None:
    text = one_line("".join(here))
    here.clear()
    if text:
        out.append(Line(text, level))


def joined(lines: Iterable[Line], belongs: Callable[[Line, Line], bool], between: str = " ") -> list[Line]:
    """The lines, each that belongs to the one above it made one with that, as plain text."""
    out: list[Line] = []
    for line in lines:
        if out and belongs(out[-1], line):
            out[-1] = Line(f"{out[-1].text}{between}{line.text}")
        else:
            out.append(line)
    return out


def under(path: list[Line], heading: Line) -> list[Line]:
    """The headings above what follows a heading, outermost first; `path`: those above the heading."""
    return [*(above for above in path if above.level < heading.level), heading]


def one_line(text: str) -> str:
    """A text of one or more lines as one, its words a blank apart."""
    return " ".join(text.split())


def as_lines(parts: Iterable[str]) -> str:
    """The lines of a text in parts, each as `one_line`, without the empty ones."""
    return "\n".join(filter(None, map(one_line, "".join(parts).split("\n"))))


def is_struck(node: LexborNode) -> bool:
    """Whether an element strikes its text through, by its tag, its style or a class that says so."""
    if node.tag in _STRUCK:
        return True
    says = node.attributes
    style, name = says.get("style"), says.get("class")
    return bool((style and _STRUCK_STYLE.search(style)) or (name and _STRUCK_CLASS.search(name)))


def is_hidden(node: LexborNode) -> bool:
    """Whether an element is hidden by its own attributes."""
    says = node.attributes
    style = says.get("style")
    return "hidden" in says or bool(style and _GONE_STYLE.search(style))
