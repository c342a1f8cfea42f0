"""Bundled price facts as values: what each says of which series, and which model followed which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from scrapers.page import STANDARD, Terms
from tracker.domain.model import Series

SOURCE = "facts"  # the id of the source that they are in the store, and its kind
GATHERED = datetime(2026, 11, 23, tzinfo=UTC)  # until then the facts were gathered: when they are recorded

_METERS = {
    "input": ("input_mtok", ""),
    "output": ("output_mtok", ""),
    "cache_read": ("cache_read_mtok", ""),
    "cache_write": ("cache_write_mtok", ""),
    "input_gt200k": ("input_mtok", ">200K"),
    "output_gt200k": ("output_mtok", ">200K"),
    "audio_input": ("input_audio_mtok", ""),
    "audio_output": ("output_audio_mtok", ""),
    "plan_month": ("seat_month", ""),
}
# What the facts add to a model's name, and what it says of the terms; anything else in parentheses is a
# version or a note, and no part of the name.
_ADDED = {
    "(>200k)": Terms(context=">200K"),
    "(off-peak)": Terms(window="16:30-00:30Z"),
    "(peak)": Terms(window="peak"),
    "(annual)": Terms(billing="yearly"),
    "(India, INR 399)": Terms(region="India"),
    "(India)": Terms(region="India"),
}
_NOTE = re.compile(r"\s*\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Fact:
    """One dated price: USD per million tokens, or USD per seat and month where `component` is plan_month.

    The day lies in [day_lo, day_hi]; `day` is the best guess. `group` names the announcement. `old` is
    what `new` was announced against: the same price before that day in cuts, rises, promotions and their
    ends; the predecessor's or the standard price in the other kinds.
    """

    day: date
    day_lo: date
    day_hi: date
    provider: str
    model: str
    component: str
    old: Decimal | None
    new: Decimal
    kind: str
    source: str
    confidence: str
    predecessor: str
    group: str
    note: str

    @property
    def pct(self) -> Decimal | None:
        """Change in per cent of `old`, one decimal; None where there is no old price."""
        return ((self.new - self.old) / self.old * 100).quantize(Decimal("0.1")) if self.old else None


@dataclass(frozen=True, slots=True)
class Line:
    """Which model led a product line from a day on, with its list prices in USD per million tokens."""

    line: str
    valid_from: date
    model: str
    price_in: Decimal
    price_out: Decimal


def series_of_fact(fact: Fact) -> Series | None:
    """The line of a price list that a fact is about; None where it is a factor and no price."""
    if fact.component not in _METERS:
        return None
    meter, context = _METERS[fact.component]
    name, terms = fact.model, Terms(context=context) if context else STANDARD
    if noted := _NOTE.search(name):
        name = name[: noted.start()]
        terms = _ADDED.get(noted[0].strip(), terms)
    return Series(fact.provider, name.casefold(), meter, terms, "USD")


def name_of_fact(fact: Fact) -> str:
    """The model as it is printed: the facts' name without what they add."""
    return _NOTE.sub("", fact.model)


def predecessor_of_fact(fact: Fact) -> str:
    """The model that it followed, without what the facts add to its name."""
    return _NOTE.sub("", fact.predecessor)
