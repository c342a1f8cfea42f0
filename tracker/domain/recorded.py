"""Steps that a catalogue recorded, and what better sources say of the same prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from tracker.domain.aliases import RE_POINTED, Pointed
from tracker.domain.events import Event, Kind
from tracker.domain.model import Basis, Series, Status
from tracker.domain.model_names import bare, born, plain, spellings
from tracker.domain.spans import Span

OWN = (  # the kinds of events whose `before` is the same price until then
    Kind.list_cut, Kind.list_rise, Kind.promo, Kind.end_of_promo, Kind.alias_swap, Kind.correction,
    Kind.plan_cut, Kind.plan_rise,
)  # fmt: skip
LAUNCHES = (Kind.new, Kind.successor_cheaper, Kind.successor_dearer)


class Label(StrEnum):
    """What a step of a catalogue is. `unknown`: no rule decides, so it counts for nothing."""

    real = "real"
    alias_swap = "alias_swap"
    correction = "correction"
    promo = "promo"
    end_of_promo = "end_of_promo"
    unknown = "unknown"


@dataclass(frozen=True, slots=True)
class Step:
    """Another price in a record: `before` until `day`, on which `after` was recorded.

    `since` is the first day on which the recorder can have had `before`, `last` the last on which it did.
    """

    recorder: str
    day: date
    series: Series
    before: Decimal
    after: Decimal
    since: date | None = None
    last: date | None = None
    model: str = ""  # as printed
    label: str = ""

    @property
    def is_cut(self) -> bool:
        return self.after < self.before


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a step is and why. It took effect in [lo, hi], best guess `day`; `event` tells it already."""

    label: Label
    lo: date
    day: date
    hi: date
    why: str
    rule: str = ""
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A move of which a better source says the day."""

    series: Series
    before: Decimal
    after: Decimal
    lo: date
    day: date
    hi: date
    kind: Kind
    event: Event | None


class Record:
    """What is known beside steps of catalogues: reviewed events, prices of better sources, re-pointed names.

    Events that are not confirmed and spans of catalogues are left out: a catalogue is no witness of its own.
    `steps` are all of the same recorders.
    """

    def __init__(
        self,
        events: Iterable[Event],
        spans: Iterable[Span],
        steps: Iterable[Step] = (),
        pointed: Iterable[Pointed] = RE_POINTED,
    ) -> None:
        self.pointed = tuple(pointed)
        self.moves: dict[str, list[Known]] = defaultdict(list)
        self.spans: dict[str, list[Span]] = defaultdict(list)
        self.of_model: dict[tuple[str, str], list[Span]] = defaultdict(list)  # by provider and plain id
        self.models: dict[str, set[str]] = defaultdict(set)  # their plain ids, by provider
        self.launches: dict[tuple[str, str], date] = {}
        self.rows: dict[tuple[str, date, str], list[Step]] = defaultdict(list)
        self.steps: dict[tuple[str, str], list[Step]] = defaultdict(list)
        for event in events:
            if event.status is Status.confirmed:
                self._learn(event)
        by_series: dict[tuple[str, str], list[Span]] = defaultdict(list)
        for span in spans:
            if span.basis is not Basis.catalogue:
                provider, model = span.series.provider, plain(span.series.model)
                self.spans[provider].append(span)
                self.of_model[provider, model].append(span)
                self.models[provider].add(model)
                by_series[span.source, span.series.key].append(span)
        for own in by_series.values():
            self._compare(sorted(own, key=lambda s: s.valid_from))
        for step in steps:
            self.rows[step.recorder, step.day, step.series.provider].append(step)
            self.steps[step.recorder, step.series.key].append(step)

    def _learn(self, event: Event) -> None:
        for row in event.rows:
            if event.kind in LAUNCHES:
                name = (event.provider, plain(row.series.model))
                self.launches[name] = min(event.day, self.launches.get(name, event.day))
            if event.kind in OWN and row.before is not None and row.after is not None:
                days = (event.lo, event.day, event.hi)
                known = Known(row.series, row.before, row.after, *days, event.kind, event)
                self.moves[event.provider].append(known)

    def _compare(self, own: Sequence[Span]) -> None:
        """The moves that prices of a better source show and no event tells."""
        for one, other in pairwise(own):
            day = other.valid_from.date()
            told = any(
                k.series == other.series and k.after == other.price and k.lo <= day <= k.hi
                for k in self.moves[other.series.provider]
            )
            if one.price != other.price and not told:
                kind = Kind.list_cut if other.price < one.price else Kind.list_rise
                if one.promo_until and kind is Kind.list_rise:
                    kind = Kind.end_of_promo
                self.moves[other.series.provider].append(
                    Known(other.series, one.price, other.price, day, day, day, kind, None)
                )

    def row_of(self, step: Step) -> list[Step]:
        """The steps of the same model on the same terms that were recorded with it, itself among them."""
        return [s for s in self.with_it(step) if s.series.terms == step.series.terms]

    def with_it(self, step: Step) -> list[Step]:
        """The steps of the same model on any terms that were recorded with it, itself among them."""
        same = self.rows[step.recorder, step.day, step.series.provider]
        return [s for s in same if s.series.model == step.series.model] or [step]

    def of_names(self, series: Series, day: date) -> Iterator[str]:
        """How better sources may call a model: its id, its plain name, what its name pointed at that day."""
        yield plain(series.model)
        yield bare(series.model)
        for one in self.pointed:
            if (one.provider, one.alias) == (series.provider, plain(series.model)) and one.day <= day:
                yield plain(one.model)

    def priced(self, series: Series, day: date) -> list[Span]:
        """What better sources say that a price was on a day, of the model under any of its names."""
        return [
            s
            for name in dict.fromkeys(self.of_names(series, day))
            for s in self.of_model.get((series.provider, name), ())
            if is_same_place(s.series, series) and holds(s, day)
        ]

    def began(self, step: Step) -> date | None:
        """The first day on which the recorder can have had `before`: not before there was the model."""
        own = [s.day for s in self.steps[step.recorder, step.series.key] if s.day < step.day]
        launched = [self.launches.get((step.series.provider, n)) for n in spellings(step.series.model)]
        found = (step.since, *own, *launched, born(step.series.model))
        return max((d for d in found if d and d <= step.day), default=None)


def steps_of(spans: Iterable[Span]) -> list[Step]:
    """The steps of one source's spans, in the order of their days.

    A price that is known for a day only says nothing of how long it had been there.
    """
    by_series: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in spans:
        by_series[span.source, span.series.key].append(span)
    found = []
    for own in by_series.values():
        for one, other in pairwise(sorted(own, key=lambda s: s.valid_from)):
            day, first = other.valid_from.date(), one.valid_from.date()
            if one.price == other.price:
                continue
            found.append(
                Step(
                    other.source,
                    day,
                    other.series,
                    one.price,
                    other.price,
                    since=first if day - first > timedelta(days=1) else None,
                    last=one.last_seen.date() if one.last_seen else None,
                    model=other.model or other.series.model,
                    label=other.label,
                )
            )
    return sorted(found, key=lambda s: (s.day, s.series.key))


def is_same_place(one: Series, other: Series) -> bool:
    """Whether two series are the same place of a price list: meter, terms and currency."""
    return (one.meter, one.terms, one.currency) == (other.meter, other.terms, other.currency)


def holds(span: Span, day: date) -> bool:
    """Whether a span holds on a day, the day of its end not included."""
    return span.valid_from.date() <= day and (span.valid_to is None or span.valid_to.date() > day)
