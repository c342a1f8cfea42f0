"""A line with several prices, and which meter each is for, by the words before it or behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scrapers.meters import SUFFIX, meter_of
from scrapers.money import PriceError
from scrapers.terms import without_context

_LONGEST_LINE = 300  # characters; a longer one is prose
_AMOUNT = re.compile(
    rf"(?P<price>(?:US)?[$€£¥₩]\s?\d[\d.,]*\d|(?:US)?[$€£¥₩]\s?\d|\d[\d.,]*\s?(?:元|€|美元|USD\b|EUR\b|\$))"
    rf"(?P<per>\s*(?:{SUFFIX.pattern}))?",
    re.I,
)
_UNSURE = re.compile(
    r"\b(?:until|from|starting|up to|as low as|approx\w*|about|average|estimated|save[sd]?|instead"
    r"|previously|was|off|example|would|if you)\b|~|≈|起|约",
    re.I,
)
_IN_OTHER_WORDS = re.compile(r"\bor around [\d.,]+ \w+ for [$€£]\s?[\d.]+", re.I)
_IN_OUT = re.compile(r"\W*(in|out)\W*", re.I)


@dataclass(frozen=True, slots=True)
class Part:
    """A price with its unit, and the words around it."""

    before: str
    price: str
    behind: str
    per: str = ""  # "/ 1M input tokens": a unit that says what the price is for


def parts_of(text: str) -> list[Part]:
    """Each price of a line with the words around it; empty where there is none, or where it is prose."""
    if len(text) > _LONGEST_LINE:
        return []
    text = _IN_OTHER_WORDS.sub("", text)
    found = list(_AMOUNT.finditer(text))
    ends = [0, *(m.end() for m in found)]
    starts = [*(m.start() for m in found), len(text)]
    words = [text[a:b] for a, b in zip(ends, starts, strict=True)]
    return [Part(words[n], m[0], words[n + 1], _per(m)) for n, m in enumerate(found)]


def _per(found: re.Match[str]) -> str:
    """ "/ 1M input tokens" says what the price is for; "/ 1M tokens" does not."""
    return found["per"] if found["per"] and meter_of(found["per"]) else ""


def metered(parts: list[Part], label: str = "") -> list[tuple[str, str, str]]:
    """(meter, price, words) of every price: as the words before each say, or else those behind each.

    `label` is the meter of a price before which nothing stands. PriceError where one has no meter.
    """
    if any(_UNSURE.search(f"{part.before} {part.behind}") for part in parts):
        raise PriceError("more words than a price has")
    if all(part.per for part in parts):
        return [(meter_of(p.per) or "", p.price, f"{p.before} {p.per}") for p in parts]
    before = [meter_of_words(part.before) for part in parts]
    behind = [meter_of_words(part.behind) for part in parts]
    if not before[0] and label and all(before[1:]) and not behind[-1]:
        before[0] = label
    if before[0] and not (behind[-1] and len(parts) > 1):
        chosen, words = before, [part.before for part in parts]
    else:
        chosen, words = behind, [f"{parts[0].before} {part.behind}" for part in parts]
    found = [(m, part.price, said) for m, part, said in zip(chosen, parts, words, strict=True) if m]
    if len(found) != len(parts):
        raise PriceError("a price that names no meter")
    return found


def meter_of_words(words: str) -> str | None:
    """The meter that the words beside a price name, "in" and "out" among them."""
    said = without_context(words)
    if short := _IN_OUT.fullmatch(said):
        return "input_mtok" if short[1].lower() == "in" else "output_mtok"
    return meter_of(said)
