"""The bundled price facts, each with its source."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources

from tracker.domain.facts import Fact, Line
from tracker.domain.market_tests import Weights

KINDS = frozenset(
    {
        "new_tier",
        "successor_cheaper",
        "successor_dearer",
        "list_cut",
        "list_rise",
        "promo",
        "end_of_promo",
        "subscription_cut",
        "listed",  # a price that was on the list that day; no announcement
    }
)
COMPONENTS = frozenset(
    {
        "input",
        "output",
        "cache_read",
        "cache_write",
        "input_gt200k",
        "output_gt200k",
        "audio_input",
        "audio_output",
        "batch_discount",  # a factor of the standard price, not a price
        "plan_month",
    }
)
CONFIDENCE = frozenset({"high", "medium", "low"})
_NAMES = ["provider", "model", "component", "kind", "source", "confidence", "predecessor", "group", "note"]
_FACT_COLUMNS = ["date", *_NAMES[:3], "old", "new", "pct", *_NAMES[3:], "date_lo", "date_hi"]
_LINE_COLUMNS = ["line", "valid_from", "model", "input_usd_mtok", "output_usd_mtok"]
_WEIGHTS_COLUMNS = ["own", "since", "until", "names", "note"]


@cache
def moves() -> tuple[Fact, ...]:
    """The announced prices and moves, in order of their best day."""
    return _facts("moves.csv")


@cache
def listings() -> tuple[Fact, ...]:
    """Prices that were on a list from a day on, of models and meters that `moves` does not introduce."""
    return _facts("listings.csv")


@cache
def hosts() -> tuple[Fact, ...]:
    """What hosts asked for open weights, each from the day by which it is known."""
    return _facts("hosts.csv")


@cache
def lines() -> tuple[Line, ...]:
    """The product lines, reviewed by hand: standard tier, short context, no promotions."""
    return _lines("lines.csv")


@cache
def open_leader() -> tuple[Line, ...]:
    """Which model of open weights led, reviewed by hand, with its maker's list prices."""
    return _lines("open_leader.csv")


@cache
def open_models() -> tuple[Weights, ...]:
    """Open weights whose maker sells them too, and how hosts call them, reviewed by hand.

    Without a first day they are what the maker ever sold under that name.
    """
    return tuple(
        Weights(
            own=row["own"],
            since=date.fromisoformat(row["since"]) if row["since"] else date.min,
            until=date.fromisoformat(row["until"]) if row["until"] else None,
            names=tuple(row["names"].split("|")),
        )
        for row in _rows("open_models.csv", _WEIGHTS_COLUMNS)
    )


def _lines(name: str) -> tuple[Line, ...]:
    return tuple(
        Line(
            line=row["line"],
            valid_from=date.fromisoformat(row["valid_from"]),
            model=row["model"],
            price_in=_price(row["input_usd_mtok"]),
            price_out=_price(row["output_usd_mtok"]),
        )
        for row in _rows(name, _LINE_COLUMNS)
    )


def _facts(name: str) -> tuple[Fact, ...]:
    found = []
    for number, row in enumerate(_rows(name, _FACT_COLUMNS), start=2):
        try:
            found.append(fact_of(row))
        except ValueError as error:
            raise ValueError(f"{name} line {number}: {error}") from None
    return tuple(sorted(found, key=lambda f: f.day))


def fact_of(row: dict[str, str]) -> Fact:
    """One row as a fact; raises ValueError with what is wrong about it."""
    for column, allowed in (("kind", KINDS), ("component", COMPONENTS), ("confidence", CONFIDENCE)):
        if row[column] not in allowed:
            raise ValueError(f"{column} {row[column]!r} is none of {', '.join(sorted(allowed))}")
    if not row["provider"] or not row["model"] or not row["source"]:
        raise ValueError("provider, model and source must be stated")
    fact = Fact(
        day=date.fromisoformat(row["date"]),
        day_lo=date.fromisoformat(row["date_lo"]),
        day_hi=date.fromisoformat(row["date_hi"]),
        old=_price(row["old"]) if row["old"] else None,
        new=_price(row["new"]),
        **{name: row[name] for name in _NAMES},
    )
    if not fact.day_lo <= fact.day <= fact.day_hi:
        raise ValueError(f"{fact.day} is not between {fact.day_lo} and {fact.day_hi}")
    return fact


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a price") from None
    if not price.is_finite() or price < 0:
        raise ValueError(f"{text!r} is not a price")
    return price


def _rows(name: str, columns: list[str]) -> list[dict[str, str]]:
    """The rows of a bundled file; raises ValueError unless every one has exactly these columns."""
    text = resources.files("tracker").joinpath("data", name).read_text(encoding="utf-8")
    head, *rows = csv.reader(text.splitlines())
    if head != columns:
        raise ValueError(f"{name}: the columns are {', '.join(head)}")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(columns):
            raise ValueError(f"{name} line {number}: {len(row)} fields, {len(columns)} expected")
    return [dict(zip(columns, row, strict=True)) for row in rows]
