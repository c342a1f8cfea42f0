"""What is wrong with a setting, in words that never quote its value, which may be a misplaced secret."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher

# Keys that stand in a table, told so instead of guessing a neighbour of where they were put.
_OF_A_RULE = frozenset(
    {"digest", "quiet", "event", "direction", "min_pct", "min_amount", "below", "above", "to"}
)
FEW = 17  # so many a rule has


class Wrong(Exception):
    """A value cannot be used. Each argument is one problem: "what is wrong; what is allowed"."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like `word`."""
    return max(sorted(known), default="", key=lambda k: _likeness(k, word))


def _likeness(known: str, word: str) -> float:
    return SequenceMatcher(None, known.casefold(), word.casefold()[:64]).ratio()


def unknown(word: str, known: Collection[str], noun: str = "a setting") -> str:
    """The sentence for a word that is none of ours: the nearest, or all of a few where none is near."""
    if noun == "a setting" and word.casefold() in _OF_A_RULE and word.casefold() not in known:
        return "is a key of a rule; put it below its [[rule]] in tracker.toml"
    if not known:
        return f"is not {noun}; there is none"
    near = nearest(word, known)
    if len(known) <= FEW and _likeness(near, word) < 0.6:
        return f"is not {noun}; {', '.join(known)} are allowed"
    return f'is not {noun}; the nearest is "{near}"'


def kind_of(value: object) -> str:
    """What a TOML value is, in a word."""
    kinds = {bool: "true or false", int: "a whole number", str: "text", list: "a list", dict: "a table"}
    if type(value).__name__ in ("Decimal", "float"):
        return "a number"
    return kinds.get(type(value), "a date or a time")


def plain(key: str) -> str:
    """A key as it may be printed: a secret, or what would upset a terminal, is not a key's name."""
    return key if re.fullmatch(r"[\w.-]{1,64}", key) else "(a key that is not shown)"


def printable(text: str) -> str:
    """A file's name on one line."""
    return "".join(c if c.isprintable() else "?" for c in text)
