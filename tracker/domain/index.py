"""How prices went as one number: matched models, product lines, and what the frontier costs over the open."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.domain.events import Event, Kind, name_key
from tracker.domain.facts import Line
from tracker.domain.list_prices import INPUT, OUTPUT, Step, Variant, price_on
from tracker.domain.model import Status
from tracker.domain.successors import Blend

JEVONS, LINES, ALL = "jevons", "lines", "all"
HUNDRED = 100.0
DIGITS = 4
FRONTIER = ("OpenAI flagship", "Anthropic Sonnet", "Anthropic Opus", "Google Pro")


@dataclass(frozen=True, slots=True)
class Point:
    """What an index is from a day on; `models` are those priced on both sides of that day."""

    day: date
    value: float
    models: int


@dataclass(frozen=True, slots=True)
class Indexed:
    """One index: `jevons` (matched models) or `lines`; of one provider, or of `all` makers."""

    index: str
    provider: str
    variant: Variant
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times one line's blended price is another's, from a day on."""

    line: str
    over: str
    day: date
    ratio: float
    price: Decimal  # USD per million tokens
    over_price: Decimal


def chain(steps: Mapping[str, Sequence[Step]]) -> list[Point]:
    """The chained index of prices in steps, from 100 on the day of the first price (Jevons).

    On each day on which a price moves, the index moves by the geometric mean of after/before over all that
    have a price on both sides, those that stayed included. What comes or goes moves nothing.
    """
    days: dict[date, dict[str, Step]] = defaultdict(dict)
    for key, own in steps.items():
        for step in own:
            days[step.day][key] = step
    points: list[Point] = []
    held: dict[str, Decimal] = {}
    level = 0.0  # the logarithm of the index over its first value
    for day, changed in sorted(days.items()):
        matched, logs = len(held), []
        for key, step in changed.items():
            before = held.pop(key, None)
            if step.price is not None:
                held[key] = step.price
            if before is not None and (step.price is None or not step.joins):
                matched -= 1
            elif before is not None and step.price is not None:
                logs.append(math.log(step.price / before))
        if logs:
            level += math.fsum(logs) / matched
        if logs or (not points and held):
            points.append(Point(day, HUNDRED * math.exp(level), matched if points else len(held)))
    return points


def rebased(
    points: Sequence[Point], base: date, since: date | None = None, until: date = date.max
) -> list[Point]:
    """The index as 100 on a day, or on its first where it begins later; from `since` on, to `until`.

    Where it began before `since`, its first point is what it was on that day.
    """
    known = [point for point in points if point.day <= until]
    if not known:
        return []
    hundred = _at(known, base) or known[0]
    shown = [point for point in known if since is None or point.day > since]
    if since is not None and since <= until and (began := _at(known, since)):
        shown.insert(0, Point(since, began.value, began.models))
    return [Point(p.day, round(p.value / hundred.value * HUNDRED, DIGITS), p.models) for p in shown]


def _at(points: Sequence[Point], day: date) -> Point | None:
    held = [point for point in points if point.day <= day]
    return held[-1] if held else None


# --- product lines ---


def line_steps(
    lines: Iterable[Line],
    events: Iterable[Event] = (),
    *,
    blend: Blend | None = None,
    until: date = date.max,
) -> dict[str, list[Step]]:
    """Each product line's leader's blended price in steps: the reviewed table, then its leader's list moves.

    A move of the leader counts where it happened after the table's last row of that line.
    """
    rows: dict[str, list[Line]] = defaultdict(list)
    for line in sorted(lines, key=lambda row: row.valid_from):
        if line.valid_from <= until:
            rows[line.line].append(line)
    moved = [e for e in events if e.kind in (Kind.list_cut, Kind.list_rise) and e.status is Status.confirmed]
    moved = sorted((e for e in moved if e.day <= until), key=lambda e: e.day)
    return {name: _line(own, moved, blend or Blend()) for name, own in rows.items()}


def _line(rows: Sequence[Line], moved: Iterable[Event], blend: Blend) -> list[Step]:
    found = {row.valid_from: blend.of(row.price_in, row.price_out) for row in rows}
    last = rows[-1]
    now = {INPUT: last.price_in, OUTPUT: last.price_out}
    words = set(name_key(last.model))
    for event in moved:
        if event.day <= last.valid_from or event.provider != provider_of(last.line):
            continue
        for row in event.rows:
            if words <= set(name_key(row.series.model)) and row.series.meter in now and row.after is not None:
                now[row.series.meter] = row.after
        found[event.day] = blend.of(now[INPUT], now[OUTPUT])
    steps: list[Step] = []
    for day, price in sorted(found.items()):
        if not steps or steps[-1].price != price:
            steps.append(Step(day, price))
    return steps


def provider_of(line: str) -> str:
    """A line's provider: "OpenAI flagship" is openai's."""
    return line.partition(" ")[0].casefold()


# --- the frontier over the open leader ---


def premium(lines: Mapping[str, Sequence[Step]], leader: str, names: Sequence[str] = FRONTIER) -> list[Ratio]:
    """How many times the price of each line is the leader's, from each day on which either moved."""
    over = lines.get(leader, ())
    found = []
    for name in names:
        own = lines.get(name, ())
        for day in sorted({step.day for step in (*own, *over)}):
            price, below = price_on(own, day), price_on(over, day)
            if price is not None and below is not None:
                found.append(Ratio(name, leader, day, round(float(price / below), 2), price, below))
    return found
