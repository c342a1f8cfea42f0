"""What a model's id says: its name, its words, and the day that it is of."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

_WORDS = re.compile(r"\d+(?:\.\d+)*|[a-z]+")
_ADDED = re.compile(  # what an id adds to a model's name: a state, a day, a running number
    r"(?:[-@_ ](?:latest|preview|exp|beta|20\d\d-?\d\d-?\d\d|\d\d-20\d\d|\d\d-\d\d|\d{3,4}))+$"
)
_DAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[int, int, int]]], ...] = (
    # how a name says since when there is such a model
    (re.compile(r"(20\d\d)-?(\d\d)-?(\d\d)"), lambda m: (int(m[1]), int(m[2]), int(m[3]))),
    (re.compile(r"\b(\d\d)-(20\d\d)$"), lambda m: (int(m[2]), int(m[1]), 1)),
    (re.compile(r"-(2[3-9])(0[1-9]|1[012])$"), lambda m: (2000 + int(m[1]), int(m[2]), 1)),
)


@lru_cache(maxsize=50_000)
def plain(model: str) -> str:
    """A model's id without what stands in front of it: "groq/openai/gpt-oss-20b" is "gpt-oss-20b"."""
    return model.casefold().rpartition("/")[2].lstrip("~")


@lru_cache(maxsize=50_000)
def bare(model: str) -> str:
    """A plain id without its day, its state or `-latest`."""
    return _ADDED.sub("", plain(model))


def spellings(model: str) -> tuple[str, str]:
    """A plain id, and the same without its day, its state or `-latest`."""
    return plain(model), bare(model)


@lru_cache(maxsize=50_000)
def words(model: str) -> tuple[str, ...]:
    """The words and numbers of a plain id, in their order."""
    return tuple(_WORDS.findall(plain(model)))


def born(model: str) -> date | None:
    """The day, or the first of the month, that a model's id says it is of; None where it says none."""
    for pattern, parts in _DAYS:
        if found := pattern.search(plain(model)):
            try:
                return date(*parts(found))
            except ValueError:
                return None
    return None
