"""Spans, events and steps in few words, for tests of what is made of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

from scrapers.page import STANDARD, Terms
from tracker.domain.events import Event, EventRow, Kind
from tracker.domain.model import Basis, Series, Status
from tracker.domain.spans import Span


def day(words: str) -> date:
    return date.fromisoformat(words)


def at(words: str) -> datetime:
    return datetime.combine(day(words), time(), UTC)


def line(name: str, meter: str = "input", terms: Terms = STANDARD, currency: str = "USD") -> Series:
    """The series of "provider/model"."""
    provider, model = name.split("/", 1)
    return Series(provider, model, f"{meter}_mtok", terms, currency)


def both(
    name: str,
    since: str,
    input: object,
    output: object,
    until: str = "",
    *,
    basis: Basis = Basis.documented,
    source: str = "facts",
    promo_until: str = "",
    terms: Terms = STANDARD,
    currency: str = "USD",
) -> list[Span]:
    """A model's price of input and output from a day until (not with) another."""
    return [
        Span(
            line(name, meter, terms, currency),
            Decimal(str(price)),
            at(since),
            at(until) if until else None,
            model=name,
            promo_until=promo_until,
            source=source,
            basis=basis,
        )
        for meter, price in (("input", input), ("output", output))
    ]


def event(
    kind: str,
    name: str,
    on: str,
    before: tuple[object, object] | None,
    after: tuple[object, object] | None,
    status: Status = Status.confirmed,
) -> Event:
    """An event of both of a model's prices, on one day."""
    rows = []
    for place, meter in enumerate(("input", "output")):
        prices = [Decimal(str(pair[place])) if pair else None for pair in (before, after)]
        rows.append(EventRow(line(name, meter), *prices, source="facts"))
    provider = name.split("/")[0]
    return Event(
        Kind(kind),
        provider,
        day(on),
        day(on),
        day(on),
        f"{on}:{provider}",
        tuple(rows),
        "facts",
        at(on),
        status,
    )
