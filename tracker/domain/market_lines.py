"""What prices of lines and lists of models say: premiums, cheaper rivals, who stopped selling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from tracker.domain.figures import blended, place_of
from tracker.domain.market_record import (
    Found,
    Priced,
    Record,
    Window,
    days_of_change,
    is_paid,
    led_by,
    rounded,
    was_listed,
)
from tracker.domain.market_tests import CheaperThan, DaysAtOrBelow, Delisted, Led, Over, Premium, Sells
from tracker.domain.model import Basis
from tracker.domain.spans import Span
from tracker.domain.successors import Blend


def premium(test: Premium, record: Record, window: Window) -> Found:
    """How many of the premiums are gone at the end of a window, and since when the first of them."""
    ratios = {p.name: _over(p, record, window.last) for p in test.premiums}
    gone = [p for p in test.premiums if (r := ratios[p.name]) is not None and r <= p.at_most]
    stay = [p for p in test.premiums if (r := ratios[p.name]) is not None and r > p.refuted_above]
    unknown = [name for name, ratio in ratios.items() if ratio is None]
    return Found(
        met=len(gone),
        parts=len(test.premiums),
        since=min((_gone_since(p, record, window) for p in gone), default=None),
        only_at_end=True,
        is_refuted=bool(stay),
        is_covered=len(unknown) < len(test.premiums),
        numbers={name: None if ratio is None else rounded(ratio) for name, ratio in ratios.items()},
        uncovered=tuple(
            f"{name} cannot be told on {window.last}: a price is not recorded" for name in unknown
        ),
        evidence=tuple(
            row
            for p in test.premiums
            for line in (p.of, p.over)
            for row in _both(_on(record, line, window.last))
        ),
    )


def cheaper_than(test: CheaperThan, record: Record, window: Window) -> Found:
    """Whether a provider sells a model so much below a line, first on which day."""
    places = [place_of(f"{test.provider}/{model}") for model in test.models]
    cheapest: dict[str, Any] = {}
    for day in days_of_change(record.spans, window, (led.since for led in test.than)):
        reference = _on(record, test.than, day)
        base = blended(reference)
        for place in places:
            prices = record.on(day, place)
            own = blended(prices)
            if base is None or not base or own is None or not is_paid(prices):
                continue
            below = (1 - own / base) * 100
            model = prices["input"].series.model
            cheapest[model] = max(cheapest.get(model, rounded(below)), rounded(below))
            if below >= test.pct:
                numbers = {"model": model, "pct below": rounded(below)}
                rows = (*_both(prices), *_both(reference))
                return Found(met=1, since=day, numbers=numbers, evidence=rows)
    sold = [span for place in places for span in record.of(place)]
    known = [s for s in sold if was_listed(s, window) or _began_later(s, window)]
    unseen = f"nothing that {test.provider} sells is recorded by {window.last}"
    return Found(
        is_refuted=True,
        is_covered=bool(known),
        numbers={"pct below": cheapest},
        uncovered=() if known else (unseen,),
    )


def stops_selling(test: Sells, record: Record, window: Window) -> Found:
    """How many of the providers sold by the token in a window and sell nothing at its end."""
    numbers: dict[str, Any] = {}
    stopped: list[date] = []
    uncovered: list[str] = []
    for provider in test.providers:
        places = sorted(p for p in record.sellers() if p[0] == provider)
        listed = [s for p in places for s in record.of(p) if was_listed(s, window) and s.price > 0]
        sold = [p for p in places if is_paid(record.on(window.last, p))]
        numbers[f"models sold by {provider}"] = len(sold)
        if not listed:
            uncovered.append(f"nothing that {provider} sells is recorded by {window.last}")
        elif not sold:
            stopped.append(_last_day(listed, window))
    return Found(
        met=len(stopped),
        parts=len(test.providers),
        since=min(stopped, default=None),
        state="" if stopped else "pending",  # it has no date, and goes on being possible
        numbers=numbers,
        uncovered=tuple(uncovered),
    )


def delisted(test: Delisted, record: Record, window: Window) -> Found:
    """Whether a cloud that sold a lab's models sells none of them at the end of a window."""
    numbers: dict[str, Any] = {}
    gone: list[date] = []
    uncovered: list[str] = []
    for shop in test.shops:
        name = f"{shop.lab} at {shop.cloud}"
        places = sorted(
            place
            for place in record.sellers()
            if place[0] == shop.cloud and any(_matches(s, shop.models) for s in record.of(place))
        )
        listed = [s for p in places for s in record.of(p) if was_listed(s, window)]
        sold = [p for p in places if is_paid(record.on(window.last, p))]
        numbers[name] = len(sold)
        if not listed:
            uncovered.append(f"{name}: nothing is recorded by {window.last}")
        elif not sold:
            gone.append(_last_day(listed, window))
    return Found(
        met=int(bool(gone)),
        since=min(gone, default=None),
        is_refuted=True,
        is_covered=not uncovered,
        numbers=numbers,
        uncovered=tuple(uncovered),
    )


def days_at_or_below(test: DaysAtOrBelow, record: Record, window: Window) -> Found:
    """On how many days of a window a line's list price stood at or below the quoted one."""
    below = each = unknown = 0
    quoted = _blend(test.prices)
    rows: dict[Span, None] = {}
    day = window.t0
    while day < window.last:
        day += timedelta(days=1)
        prices = _on(record, test.line, day)
        if any(component not in prices for component in test.prices):
            unknown += 1
            continue
        asked = {component: prices[component].price for component in test.prices}
        all_below = all(price <= test.prices[component] for component, price in asked.items())
        each += all_below
        below += all_below if quoted is None else Blend().of(asked["input"], asked["output"]) <= quoted
        rows |= dict.fromkeys(prices[component] for component in test.prices)
    days = (window.last - window.t0).days - unknown
    share = rounded(Decimal(below * 100) / days) if days else None
    return Found(
        state="informative",
        numbers={"days": days, "at or below": below, "share_pct": share, "each at or below": each},
        uncovered=(f"{unknown} days have no recorded price",) if unknown else (),
        evidence=tuple(rows),
    )


def _blend(prices: Mapping[str, Decimal]) -> Decimal | None:
    return Blend().of(prices["input"], prices["output"]) if {"input", "output"} <= set(prices) else None


def _over(test: Over, record: Record, day: date) -> Decimal | None:
    of, over = blended(_on(record, test.of, day)), blended(_on(record, test.over, day))
    return of / over if of is not None and over else None


def _gone_since(test: Over, record: Record, window: Window) -> date:
    """The day since which a premium that is gone at the end of a window has been gone."""
    since = window.last
    turns = [led.since for line in (test.of, test.over) for led in line]
    for day in reversed(days_of_change(record.spans, window, turns)):
        ratio = _over(test, record, day)
        if ratio is None or ratio > test.at_most:
            break
        since = day
    return since


def _on(record: Record, line: Sequence[Led], day: date) -> Priced:
    led = led_by(line, day)
    return record.on(day, place_of(led.model)) if led else {}


def _both(prices: Priced) -> tuple[Span, ...]:
    return tuple(prices[c] for c in ("input", "output") if c in prices)


def _began_later(span: Span, window: Window) -> bool:
    """A dated beginning after a window says that it was not sold in it, once that day has come."""
    return span.basis is Basis.documented and window.last < span.valid_from.date() <= window.as_of


def _matches(span: Span, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(span.series.model, glob.casefold()) for glob in globs)


def _last_day(listed: Sequence[Span], window: Window) -> date:
    return max((s.valid_to.date() for s in listed if s.valid_to is not None), default=window.last)
