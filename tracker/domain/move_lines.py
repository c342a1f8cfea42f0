"""The lines of a model's chart: what every source says of each, as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from scrapers.meters import METERS
from scrapers.page import STANDARD, Terms
from tracker.domain import wording
from tracker.domain.model import Move, Series
from tracker.domain.spans import Span, price_at
from tracker.domain.witnesses import fold

MOST_LINES = 5
MOST_STEPS = 300  # of a line: the last ones
LEAD = 0.14  # of the time since a move: how long the price before it is drawn where the record begins with it
LEAST_TIME = timedelta(minutes=20)

_ORDER = {meter: place for place, meter in enumerate(METERS)}


@dataclass(frozen=True, slots=True)
class Step:
    """A price from a moment on; None: from here on none is known."""

    at: datetime
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a price list: what every source says of it, the best basis first."""

    series: Series
    steps: tuple[Step, ...]


def lines_of(moves: Sequence[Move], spans: Iterable[Span], until: datetime) -> list[Line]:
    """The moved lines, and the model's standard ones of the same unit and currency beside them."""
    moved = {_line(m.series): m.series for m in moves}
    by_line: dict[object, list[Span]] = {}
    for span in spans:
        by_line.setdefault(_line(span.series), []).append(span)
    unit, currency = wording.unit_words(moves[0].series.meter), moves[0].series.currency
    beside = {
        key: own[0].series
        for key, own in by_line.items()
        if key not in moved
        and own[0].series.currency == currency
        and wording.unit_words(own[0].series.meter) == unit
        and _is_standard(own[0].series.terms)
    }
    kept = [*_ordered(moved), *_ordered(beside)][:MOST_LINES]
    found = [Line(series, _steps(by_line.get(key, []), until)) for key, series in _ordered(dict(kept))]
    before = {_line(m.series): m for m in moves}
    led = [replace(line, steps=_led(line.steps, before.get(_line(line.series)), until)) for line in found]
    return [line for line in led if line.steps]


def _led(steps: tuple[Step, ...], move: Move | None, until: datetime) -> tuple[Step, ...]:
    """The steps with the price before the move, where the record begins with the move itself."""
    if move is None or any(step.at < move.at for step in steps):
        return steps
    lead = max(LEAST_TIME, (until - move.at) * LEAD)
    return Step(move.at - lead, move.before), *(steps or (Step(move.at, move.after),))


def _line(series: Series) -> object:
    """What is one line, however the sources spell the model's name."""
    return series.provider, fold(series.model), series.meter, series.terms, series.currency


def _is_standard(terms: Terms) -> bool:
    return not (terms.tier or terms.context or terms.window or terms.region)


def _ordered(lines: Mapping[object, Series]) -> list[tuple[object, Series]]:
    return sorted(lines.items(), key=lambda item: place_of(item[1]))


def place_of(series: Series) -> tuple[bool, int, str]:
    """Where a line stands among others: standard terms first, then the meters in their order."""
    return series.terms != STANDARD, _ORDER.get(series.meter, len(_ORDER)), repr(series.terms)


def _steps(spans: Sequence[Span], until: datetime) -> tuple[Step, ...]:
    """The prices of one line from each moment at which another holds; it ends in a price, or in none."""
    return tuple(Step(at, best.price if best else None) for at, best in told_steps(spans, until))


def told_steps(spans: Sequence[Span], until: datetime) -> list[tuple[datetime, Span | None]]:
    """When the price of one line became another, and what says so best; None from when none is known."""
    ends = {s.valid_to for s in spans if s.valid_to is not None}
    moments = sorted(at for at in {s.valid_from for s in spans} | ends if at <= until)
    if not moments:  # all that is recorded of it is still to come
        return []
    moments = moments[-4 * MOST_STEPS :]
    lasting = [s for s in spans if s.valid_to is None or s.valid_to > moments[0]]
    steps: list[tuple[datetime, Span | None]] = []
    for at in moments:
        best = price_at(lasting, at)
        if not steps or _price(steps[-1][1]) != _price(best):
            steps.append((at, best))
    if steps and steps[0][1] is None:
        steps = steps[1:]
    return steps[-MOST_STEPS:]


def _price(span: Span | None) -> Decimal | None:
    return span.price if span else None
