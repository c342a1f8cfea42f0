"""The record of a market, ready to be asked what was listed on a day; and what a test finds in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tracker.domain.days import end_of
from tracker.domain.events import component_of
from tracker.domain.figures import CURRENCY, blended, is_listed, standing
from tracker.domain.market_tests import Led
from tracker.domain.spans import Span
from tracker.domain.witnesses import fold

Priced = Mapping[str, Span]  # a model's spans on a day, by component
_Components = dict[str, list[Span]]


@dataclass(frozen=True, slots=True)
class Window:
    """The days of one horizon that can be judged: after `t0`, up to and with `last`."""

    t0: date
    last: date
    as_of: date  # what began later is not known yet


@dataclass(frozen=True, slots=True)
class Found:
    """What a test finds in a window. `met` of its `parts` hold, the first of them since `since`."""

    met: int = 0
    parts: int = 1
    since: date | None = None
    only_at_end: bool = False  # it is the horizon's last day that counts
    is_refuted: bool = False  # the opposite is shown, not just absent
    is_covered: bool = True  # what would have to be seen was looked at
    state: str = ""  # instead of what follows from the above
    numbers: dict[str, Any] = field(default_factory=dict)
    uncovered: tuple[str, ...] = ()
    evidence: tuple[Span, ...] = ()


class Record:
    """Spans by who sells what: list prices, and those of an hour of the day or a tier beside them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = [s for s in spans if s.series.currency == CURRENCY]
        self._listed: dict[tuple[str, str], _Components] = defaultdict(lambda: defaultdict(list))
        self._hourly: dict[tuple[str, str], dict[str, _Components]] = defaultdict(dict)
        for span in self.spans:
            s = span.series
            place = (s.provider, fold(s.model))
            if is_listed(s):
                self._listed[place][component_of(s)].append(span)
            elif s.terms.window and not (s.terms.tier or s.terms.region or s.terms.context):
                hours = self._hourly[place].setdefault(s.terms.window, defaultdict(list))
                hours[component_of(s)].append(span)

    def sellers(self) -> set[tuple[str, str]]:
        """Every (provider, folded model) that has a list price."""
        return set(self._listed)

    def of(self, place: tuple[str, str]) -> list[Span]:
        """All list prices of one model of one provider."""
        return [span for spans in self._listed.get(place, {}).values() for span in spans]

    def on(self, day: date, place: tuple[str, str]) -> Priced:
        """A model's list prices at the end of a day."""
        return _standing(self._listed.get(place, {}), day)

    def dearest(self, day: date, place: tuple[str, str]) -> tuple[Decimal, Priced] | None:
        """The blended price of a model at the dearest hour of a day, and what it is made of."""
        prices = [self.on(day, place)]
        prices += [_standing(hours, day) for hours in self._hourly.get(place, {}).values()]
        both = [(blend, p) for p in prices if (blend := blended(p)) is not None]
        return max(both, key=lambda found: found[0], default=None)


def led_by(line: Sequence[Led], day: date) -> Led | None:
    """The model that stands for a line on a day."""
    return max((led for led in line if led.since <= day), key=lambda led: led.since, default=None)


def days_of_change(spans: Iterable[Span], window: Window, also: Iterable[date] = ()) -> list[date]:
    """The days of a window on which anything began or ended, and its first and last day."""
    found = {window.t0 + timedelta(days=1), window.last, *also}
    for span in spans:
        found.add(span.valid_from.date())
        if span.valid_to is not None:
            found.add(span.valid_to.date())
    return sorted(day for day in found if window.t0 < day <= window.last)


def is_paid(prices: Priced) -> bool:
    """Whether anything of it costs money."""
    return any(span.price > 0 for span in prices.values())


def was_listed(span: Span, window: Window) -> bool:
    """Whether a price held on any day of a window."""
    began = span.valid_from.date() <= window.last
    return began and (span.valid_to is None or span.valid_to.date() > window.t0)


def rounded(figure: Decimal) -> float:
    """A figure as it is shown: two decimals."""
    return float(figure.quantize(Decimal("0.01")))


def _standing(components: Mapping[str, list[Span]], day: date) -> Priced:
    found = {name: standing(spans, end_of(day)) for name, spans in components.items()}
    return {name: span for name, span in found.items() if span is not None}
