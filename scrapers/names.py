"""A model's name as the page prints it, without marks, status, dates and lengths of prompts."""

from __future__ import annotations

import re
from functools import lru_cache

from scrapers.terms import SINCE, UNTIL, without_context

_MARKS = re.compile(r"\s*(?:\(?[¹²³⁰-⁹]+\)?(?:[,\s]*\(?[¹²³⁰-⁹]+\)?)*|[*†‡]+|\[\d{1,2}\]|\(\d\))\s*$")
_STATUS = re.compile(
    r"\s*[(（](?:[^()（）]*\b)?(?:deprecated|retired|legacy|limited availability|research preview|sunset"
    r"|new|recommended|coming soon|discontinued)\b[^()（）]*[)）]",
    re.I,
)
_BADGE = re.compile(
    r"deprecated|retired|legacy|new|beta|preview|popular|recommended|新品|最新|推荐|热门|公测|限时优惠", re.I
)
_NOTHING = re.compile(r"\(\s*\)|（\s*）")
ID = re.compile(r"(?=.*[a-z])(?=.*[-/])[a-z0-9][a-z0-9._:/@-]+[a-z0-9]")
_BENEATH = tuple("↳└→")  # begin the line of a snapshot below its alias
LONGEST = 120


def without_marks(text: str) -> str:
    """A heading or name without the footnote marks at its end."""
    return _MARKS.sub("", text)


@lru_cache(maxsize=4096)
def model_name(printed: str) -> str:
    """The id where a cell prints one in a line of its own, else the name; further lines are left out."""
    parts = printed.strip()[: 4 * LONGEST].split("\n")
    shown = [part for n, part in enumerate(parts) if not (n and part.lstrip()[:1] in _BENEATH)]
    lines = [line for line in map(_plain, shown) if line]
    ids = [id for line in lines[1:] if ID.fullmatch(id := line.strip("()（） "))]
    if ids:
        return ids[0]
    if lines and ID.fullmatch(lines[0]):
        return lines[0]
    # A name may be broken ("Gemini 2.5", "Flash"); what follows at length is a description.
    more = [line for line in lines[1:] if not _BADGE.fullmatch(line)]
    rest = [line for line in more[:1] if len(line.split()) <= 2 and len(line) <= 15]
    return " ".join(lines[:1] + rest)


def names_stand_below(printed: list[str]) -> bool:
    """Whether cells begin with a line that several share, their maker, and are told apart by the next."""
    lines = [text.split("\n") for text in printed if text]
    firsts = [line[0] for line in lines]
    if len(set(firsts)) * 2 > len(firsts) or any(len(line) < 2 for line in lines):
        return False
    if any(re.search(r"\d", first) for first in firsts):
        return False  # a maker's name has no version
    seconds = {line[1] for line in lines}
    return len(seconds) > 1 and all(re.search(r"[a-z].*\d", second, re.I) for second in seconds)


def _plain(line: str) -> str:
    text = UNTIL.sub("", SINCE.sub("", line))
    text = _STATUS.sub("", text)
    if re.search(r"\d\s*[km]\b|\d,\d{3}\b", text, re.I) and re.search(
        r"[<>≤≥]|\b(?:over|above|up to|under)\b", text, re.I
    ):
        text = without_context(text)
    text = re.sub(r"\s*[(（][^()（）]*$", "", text)  # what a length of prompts left open
    text = without_marks(_NOTHING.sub("", text))
    return " ".join(text.split()).strip(" ,;:-–—")
