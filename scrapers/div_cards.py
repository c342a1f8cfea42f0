"""Cards without headings: repeated elements that each hold a name and labelled prices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from scrapers.lines import Line, lines_of

_AMOUNT = re.compile(r"[$€£¥]\s?\d|\d\s?[元€]")
_IN = re.compile(r"\b(?:in|inputs?|prompts?)\b|输入", re.I)
_OUT = re.compile(r"\b(?:out|outputs?|completions?)\b|输出", re.I)
_SILENT = frozenset(("script", "style", "template", "svg", "noscript", "table", "head"))
_HEADINGS = "h1, h2, h3, h4, h5, h6, dt"
_LONGEST, _DEEPEST = 600, 200  # characters of a card; levels of elements
_NAMED = 7  # the level of a card's name


@dataclass(slots=True)
class _Part:
    """What the text of an element holds."""

    length: int = 0
    amounts: int = 0
    says_in: bool = False
    says_out: bool = False
    cards: list[LexborNode] = field(default_factory=list)

    @property
    def is_card(self) -> bool:
        return self.amounts > 1 and self.says_in and self.says_out and self.length <= _LONGEST


def div_cards(body: LexborNode) -> Iterator[list[Line]]:
    """The lines of each card, its name as a heading; one alone, or with a heading of its own, is none."""
    found = _part(body, 0).cards
    parents = [card.parent.mem_id if card.parent is not None else 0 for card in found]
    for card, parent in zip(found, parents, strict=True):
        if parents.count(parent) > 1 and card.css_first(_HEADINGS) is None:
            lines = lines_of(card)
            if len(lines) > 1 and not _AMOUNT.search(lines[0].text):
                yield [Line(lines[0].text, _NAMED), *lines[1:]]


def _part(node: LexborNode, depth: int) -> _Part:
    """What an element holds, and the largest elements in it that are one card each."""
    whole = _Part()
    texts: list[str] = []
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            texts.append(child.text_content or "")
        elif tag not in _SILENT and tag[:1] not in "-_" and depth < _DEEPEST:
            part = _part(child, depth + 1)
            whole.length += part.length
            whole.amounts += part.amounts
            whole.says_in |= part.says_in
            whole.says_out |= part.says_out
            whole.cards += part.cards
    own = " ".join(texts)
    whole.length += len(own.strip())
    whole.amounts += len(_AMOUNT.findall(own))
    whole.says_in |= bool(_IN.search(own))
    whole.says_out |= bool(_OUT.search(own))
    if whole.is_card and len(whole.cards) < 2:
        whole.cards = [node]  # or what wraps the only one: the name stands there too
    return whole
