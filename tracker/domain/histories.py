"""What the history of a catalogue's prices means: witnesses of known events, and events of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tracker.domain.events import PERSON, Event, EventRow, Kind
from tracker.domain.model import Basis, Status
from tracker.domain.model_names import plain
from tracker.domain.recorded import Label, Record, Ruling, Step, is_same_place, steps_of
from tracker.domain.spans import Span
from tracker.domain.steps import classify

_KINDS = {
    Label.alias_swap: Kind.alias_swap,
    Label.correction: Kind.correction,
    Label.promo: Kind.promo,
    Label.end_of_promo: Kind.end_of_promo,
}
_REASONS = 3  # that an event of many rows names


@dataclass(frozen=True, slots=True)
class Ruled:
    """A step and what it is."""

    step: Step
    ruling: Ruling


def ruled(history: Iterable[Span], events: Iterable[Event], beside: Iterable[Span]) -> list[Ruled]:
    """Every step of the histories of some catalogues, with what it is by the events and prices beside them.

    Catalogues share their ancestry: none is a witness of another, and no event that only they tell is known,
    unless a person confirmed it.
    """
    history, beside = list(history), list(beside)
    catalogues = {s.source for s in (*history, *beside) if s.basis is Basis.catalogue}
    known = [e for e in events if e.ruled_by == PERSON or any(r.source not in catalogues for r in e.rows)]
    steps = steps_of(history)
    record = Record(known, beside, steps)
    return [Ruled(step, classify(step, record)) for step in steps]


def events_of_history(
    history: Iterable[Span], events: Iterable[Event], beside: Iterable[Span], at: datetime
) -> list[Event]:
    """The events that a catalogue's history tells, as recorded at `at`; what is still to come is none.

    A step of a known event has the event's own row, so that it is recorded there as a witness. A price that
    moved with one of a known event is told of its announcement. What no rule decides, and every other cut or
    rise that no event tells, is provisional: only a catalogue says so.
    """
    groups: dict[tuple[str, str, Kind, str], list[Ruled]] = defaultdict(list)
    for one in ruled(history, events, beside):
        if _days(one)[1] <= at.date():
            where = (one.step.recorder, one.step.series.provider)
            groups[*where, kind_of(one), _announcement(one)].append(one)
    return [_event(kind, name, own, at) for (*_, kind, name), own in groups.items()]


def kind_of(one: Ruled) -> Kind:
    """The kind of event that a step is of: a known event's, else what its label says, else by its sign."""
    if one.ruling.event is not None:
        return one.ruling.event.kind
    plan = one.step.series.meter == "seat_month"
    cut, rise = (Kind.plan_cut, Kind.plan_rise) if plan else (Kind.list_cut, Kind.list_rise)
    return _KINDS.get(one.ruling.label, cut if one.step.is_cut else rise)


def _announcement(one: Ruled) -> str:
    event = one.ruling.event
    return event.announcement if event else f"{_days(one)[1].isoformat()}:{one.step.series.provider}"


def _event(kind: Kind, announcement: str, own: Sequence[Ruled], at: datetime) -> Event:
    first = own[0]
    los, days, his = zip(*map(_days, own), strict=True)
    moved = kind in (Kind.list_cut, Kind.list_rise, Kind.plan_cut, Kind.plan_rise)
    return Event(
        kind,
        first.step.series.provider,
        min(los),
        days[0],
        max(his),
        announcement,
        tuple(dict.fromkeys(_row(one) for one in own)),
        first.step.recorder,
        at,
        Status.provisional if moved else Status.confirmed,
        _why(own),
    )


def _days(one: Ruled) -> tuple[date, date, date]:
    """When it happened. A correction is of the day on which the record was corrected."""
    if one.ruling.event is not None:
        return one.ruling.event.lo, one.ruling.event.day, one.ruling.event.hi
    if one.ruling.label is Label.correction:
        return one.step.day, one.step.day, one.step.day
    return one.ruling.lo, one.ruling.day, one.ruling.hi


def _why(own: Sequence[Ruled]) -> str:
    reasons = list(dict.fromkeys(o.ruling.why for o in own))
    more = f"; and {len(reasons) - _REASONS} more" if len(reasons) > _REASONS else ""
    return "; ".join(reasons[:_REASONS]) + more


def _row(one: Ruled) -> EventRow:
    """The row of a known event that a step tells again, else a row of the step's own."""
    step, event = one.step, one.ruling.event
    told = known_row(step, event) if event else None
    label = f"{step.label or step.model}, recorded on {step.day}: {step.before} to {step.after}"
    if told is not None:
        return replace(told, source=step.recorder, label=label, move=0, snapshot=0)
    return EventRow(step.series, step.before, step.after, model=step.model, source=step.recorder, label=label)


def known_row(step: Step, event: Event) -> EventRow | None:
    """The row of an event that a step tells: the same place of a price list, of the model or one near it."""
    rows = [r for r in event.rows if is_same_place(r.series, step.series) and r.before is not None]
    exact = [r for r in rows if plain(r.series.model) == plain(step.series.model)]
    alike = [r for r in rows if (r.before, r.after) == (step.before, step.after)]
    return next(iter(exact or alike), None)
