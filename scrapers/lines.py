"""A page as the lines of text that it shows, in order, with its headings told from the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

_SILENT = frozenset(
    ("script", "style", "template", "noscript", "svg", "head", "button", "select", "textarea")
)
_INLINE = frozenset(
    ("a", "abbr", "b", "code", "em", "font", "i", "kbd", "mark", "small", "span", "strong", "u")
)
_RAISED = frozenset(("sup", "sub"))
_STRUCK = frozenset(("s", "del", "strike"))
_MARKS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_STRUCK_STYLE = re.compile(r"text-decoration[a-z-]*\s*:[^;]*line-through", re.I)
_STRUCK_CLASS = re.compile(r"(?:^|\s)(?:line-through|strike(?:-?through)?)(?:\s|$)")
_GONE_STYLE = re.compile(r"display\s*:\s*none", re.I)
_LEVEL = re.compile(r"h([1-6])")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; `level` is 1 to 6 for a heading, else 0."""

    text: str
    level: int = 0


def lines_of(node: LexborNode) -> list[Line]:
    """What an element shows; struck-through and hidden parts, buttons and scripts are left out."""
    out: list[Line] = []
    here: list[str] = []
    _walk(node, out, here, 0)
    _end(out, here, 0)
    return out


def _walk(node: LexborNode, out: list[Line], here: list[str], level: int) -> None:
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            here.append(child.text_content or "")
        elif tag in _RAISED:
            here.append((child.text() or "").translate(_MARKS))
        elif tag in _INLINE:
            if not is_struck(child) and not is_hidden(child):
                _walk(child, out, here, level)
        elif not (tag in _SILENT or tag.startswith(("-", "_")) or is_struck(child) or is_hidden(child)):
            _end(out, here, level)
            found = _LEVEL.fullmatch(tag)
            inner = int(found[1]) if found else level
            _walk(child, out, here, inner)
            _end(out, here, inner)


def _end(out: list[Line], here: list[str], level: int) -> None:
    text = " ".join("".join(here).split())
    here.clear()
    if text:
        out.append(Line(text, level))


def is_struck(node: LexborNode) -> bool:
    """Whether an element strikes its text through, by its tag, its style or a class that says so."""
    if node.tag in _STRUCK:
        return True
    says = node.attributes
    return bool(
        _STRUCK_STYLE.search(says.get("style") or "") or _STRUCK_CLASS.search(says.get("class") or "")
    )


def is_hidden(node: LexborNode) -> bool:
    """Whether an element is hidden by its own attributes."""
    says = node.attributes
    return "hidden" in says or bool(_GONE_STYLE.search(says.get("style") or ""))
