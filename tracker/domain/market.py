"""What the prices of a market say about a prediction, at each of its horizons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tracker.domain.market_hosts import host_ratio, hosts, listed_at
from tracker.domain.market_lines import cheaper_than, days_at_or_below, delisted, premium, stops_selling
from tracker.domain.market_record import Found, Record, Window
from tracker.domain.market_tests import (
    CannotBeTold,
    CheaperThan,
    DaysAtOrBelow,
    Delisted,
    HostRatio,
    Hosts,
    ListedAt,
    MarketTest,
    Needs,
    Premium,
    Sells,
    needs,
)
from tracker.domain.spans import Span

__all__ = ["MarketResult", "MarketTest", "Needs", "evaluate", "needs"]

SETTLED = timedelta(days=30)  # what has held for less is provisional


@dataclass(frozen=True, slots=True)
class MarketResult:
    """The state at each horizon, and what it rests on."""

    rollup: dict[str, str]
    first: date | None  # since when it held, at the first horizon at which it does
    numbers: dict[str, dict[str, Any]]  # by horizon
    uncovered: tuple[str, ...]  # what nobody looked at, in any horizon
    evidence: tuple[Span, ...]
    note: str = ""


def evaluate(
    test: MarketTest,
    spans: Sequence[Span],
    *,
    t0: date,
    horizons: Mapping[str, int | None],
    as_of: date,
    hedged: bool,
) -> MarketResult:
    """A test's state at each horizon, in days after `t0` (None: open), as of a day.

    `spans` hold those that `needs(test)` names, as they were recorded by whatever day; others, and what
    begins after `as_of`, count for nothing. States: confirmed, partly, provisional, indeterminate, pending,
    refuted, not_met, unresolvable, not_testable, informative. What was not covered never refutes.
    """
    record = Record(needs(test).of(spans))
    rollup: dict[str, str] = {}
    numbers: dict[str, dict[str, Any]] = {}
    uncovered: dict[str, None] = {}
    firsts: list[date] = []
    widest, last = Found(), t0
    for name, days in horizons.items():
        end = None if days is None else t0 + timedelta(days=days)
        window = Window(t0, as_of if end is None else min(end, as_of), as_of)
        found = _find(test, record, window)
        rollup[name] = _state(found, test, window, end, hedged)
        numbers[name] = found.numbers
        uncovered |= dict.fromkeys(found.uncovered)
        firsts += [found.since] if found.since else []
        if window.last >= last:
            widest, last = found, window.last
    evidence = tuple(dict.fromkeys(widest.evidence))
    return MarketResult(rollup, min(firsts, default=None), numbers, tuple(uncovered), evidence, test.note)


def _find(test: MarketTest, record: Record, window: Window) -> Found:
    if isinstance(test, CannotBeTold):
        return Found(state=test.kind, numbers={"reason": test.reason})
    if window.last <= window.t0:
        return Found(is_covered=False)
    match test:
        case HostRatio():
            return host_ratio(test, record, window)
        case ListedAt():
            return listed_at(test, record, window)
        case Premium():
            return premium(test, record, window)
        case CheaperThan():
            return cheaper_than(test, record, window)
        case Hosts():
            return hosts(test, record, window)
        case Sells():
            return stops_selling(test, record, window)
        case Delisted():
            return delisted(test, record, window)
        case DaysAtOrBelow():
            return days_at_or_below(test, record, window)


def _state(found: Found, test: MarketTest, window: Window, end: date | None, hedged: bool) -> str:
    is_over = end is not None and window.as_of >= end
    if found.state:
        is_early = found.state == "unresolvable" and end is not None and not is_over
        return "pending" if is_early and not isinstance(test, CannotBeTold) else found.state
    if found.only_at_end and end is not None and not is_over:
        return "pending"
    if found.met and found.since is not None:
        if window.as_of - found.since < SETTLED:
            return "provisional"
        return test.at_best if found.met == found.parts else "partly"
    if not is_over:
        return "pending"
    if not found.is_covered:
        return "indeterminate"
    return "refuted" if found.is_refuted and not hedged else "not_met"
