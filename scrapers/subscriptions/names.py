"""The names of a source's plans: a line that is one, a sentence that speaks of one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scrapers.lines import one_line
from scrapers.names import without_marks

_LONGEST_TITLE = 80  # characters
_BADGE = r"(?:\W*(?:new|(?:most )?popular|recommended|best value|beta|limited time|current plan)\W*)*"
_KIND = r"(?:\s+(?:plan|subscription|tier|edition))?"
_TIMES = re.compile(r"\s+\(?(\d{1,2}x)\)?$", re.I)  # "Max 5x": one plan in two sizes
_PRICED = r"(?=\s*(?::|\bis\b|\bcosts?\b|\bstarts?\b|\bat\b|[–—(]|-\s|(?:US)?[$€£₩₹]\s*\d))"
# "Microsoft 365 Copilot for Sales" is another product than "Microsoft 365 Copilot".
_NO_LONGER_NAME = r"(?!\s+(?:for\s+)?(?!Plan|Subscription|Tier|User|Seat|Cost|Price|Is\b|At\b|The\b)[A-Z])"
_SEAT = re.compile(
    r"\b(premium|codex|basic|lite|light|advanced|flex|core|frontline)\s+(?:\w+\s+)?seats?\b", re.I
)
_STANDARD = re.compile(r"\bstandard\b", re.I)
_SEAT_LINE = re.compile(r"(standard|premium|basic|advanced) seats?", re.I)


class PlanNames:
    """What the plans of a source are called.

    `brands` may stand before a name, and the first is what is recorded before it; `free` are plans that may
    cost nothing; `known_as` maps another spelling to the name that is recorded.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        brands: tuple[str, ...],
        free: tuple[str, ...],
        known_as: Mapping[str, str],
    ) -> None:
        self._spelt = {name.casefold(): name for name in (*names, *free, *known_as)}
        self._shown = frozenset(self._spelt.values())
        self._known_as = {other.casefold(): name for other, name in known_as.items()}
        self._brand = brands[0] if brands else ""
        self.free = frozenset(map(self.full, free))
        longest_first = sorted(self._spelt.values(), key=len, reverse=True)
        either = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest_first)
        name = rf"(?P<name>(?:{either})(?![\w+])(?:\s+\(?\d{{1,2}}x\)?(?!\w))?)"
        alone = rf"{name}{_NO_LONGER_NAME}"
        brand = "|".join(map(re.escape, sorted(brands, key=len, reverse=True)))
        before = rf"(?:{brand})\s+" if brand else ""
        self._title = re.compile(rf"(?:the\s+)?(?:{before})?{name}{_KIND}{_BADGE}", re.I)
        self._branded = re.compile(rf"(?<![\w+-]){before}{alone}")
        self._bare = re.compile(rf"(?<![\w+-]){alone}{_KIND}(?:\s+seats?)?{_PRICED}")

    def title(self, text: str, *, heading: bool) -> str:
        """The plan that a line names and does nothing else; "" where it does not."""
        said = without_marks(text).strip(" \t™®:*")
        if len(said) > _LONGEST_TITLE or not (found := self._title.fullmatch(said)):
            return ""
        shown = one_line(found["name"])
        bare = _TIMES.sub("", shown)
        return self.full(shown) if heading or bare in self._shown or bare.isupper() else ""

    def mentioned(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, plan) of each plan of which a sentence speaks, in order.

        A name without its brand counts only where a price, a colon or "costs" follows.
        """
        found = {
            m.end("name"): (m.start(), m.end("name"), self.full(m["name"]))
            for m in self._branded.finditer(text)
        }
        for m in self._bare.finditer(text):
            if self.full(m["name"]) not in self.free:
                found.setdefault(m.end("name"), (m.start(), m.end("name"), self.full(m["name"])))
        return [found[end] for end in sorted(found)]

    def full(self, shown: str) -> str:
        """The name under which a plan is recorded."""
        said = one_line(shown).casefold()
        times = _TIMES.search(said)
        said = said[: times.start()] if times else said
        name = self._known_as.get(said) or self._spelt[said]
        branded = said in self._known_as or name.casefold().startswith(self._brand.casefold())
        return (name if branded else f"{self._brand} {name}") + (f" {times[1]}" if times else "")


def seat_in(text: str) -> str:
    """The kind of seat of which a sentence speaks last (" premium seat"), unless it is the standard one."""
    found = list(_SEAT.finditer(text))
    standard = max((m.end() for m in _STANDARD.finditer(text)), default=-1)
    return f" {found[-1][1].lower()} seat" if found and found[-1].end() > standard else ""


def seat_line(text: str) -> str:
    """The kind of seat that a line names and does nothing else (" standard seat")."""
    found = _SEAT_LINE.fullmatch(text.strip())
    return f" {found[1].lower()} seat" if found else ""
