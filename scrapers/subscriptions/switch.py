"""The switch between monthly and yearly prices, and which of the two a page of plans shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.lines import Line, one_line

UNCLEAR = "unclear"  # a page with a switch that does not say which way it stands

_WAY = re.compile(
    r"(?:(?:pay|bill(?:ed|ing)?|save)\s+)?(?P<way>monthly|month|yearly|annual(?:ly)?|year)(?:\s+(?:billing|plans?|billed))?"
    r"(?:\W.{0,40}(?:save|off|%|discount|free).{0,20})?",
    re.I,
)
_MAY_SWITCH = (
    "button, label, [role=tab], [role=radio], [role=switch], [aria-selected], [aria-checked], [aria-pressed]"
)
_IS_ON = ("aria-selected", "aria-checked", "aria-pressed")


def billing_shown(lines: Sequence[Line], tree: LexborHTMLParser | None) -> str:
    """yearly or monthly as the page's switch stands, UNCLEAR where it does not say, "" without a switch."""
    ways: dict[str, bool] = {}
    for node in tree.css(_MAY_SWITCH) if tree is not None else ():
        if way := _way(one_line(node.text() or "")):
            ways[way] = ways.get(way, False) or _is_on(node)
    if len(ways) < 2:
        said = [_way(line.text) for line in lines]
        return UNCLEAR if any(a and b and a != b for a, b in pairwise(said)) else ""
    on = [way for way, is_on in ways.items() if is_on]
    return on[0] if len(on) == 1 else UNCLEAR


def _way(text: str) -> str:
    found = _WAY.fullmatch(text) if len(text) <= 80 else None
    return ("monthly" if found["way"].lower().startswith("month") else "yearly") if found else ""


def _is_on(node: LexborNode) -> bool:
    says = node.attributes
    chosen = node.css_first("input[checked], [aria-checked=true], [aria-selected=true]")
    return (
        any(says.get(name) == "true" for name in _IS_ON)
        or says.get("data-state") in ("active", "on", "checked")
        or chosen is not None
    )
