"""Models that come to a price list or leave it, as events; a successor is held against its predecessor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tracker.domain.events import Event, EventRow, Kind, component_of, name_key
from tracker.domain.facts import Fact, name_of_fact, predecessor_of_fact
from tracker.domain.listings import Listing
from tracker.domain.model import Observation
from tracker.domain.observe import Known
from tracker.domain.successors import Blend, blended, succession

Successions = Mapping[tuple[str, tuple[str, ...]], tuple[str, ...]]


def successions(facts: Iterable[Fact]) -> Successions:
    """Which model followed which, by provider and name: as reviewed, never guessed by name."""
    return {
        (f.provider, name_key(name_of_fact(f))): name_key(predecessor_of_fact(f))
        for f in facts
        if f.predecessor
    }


def looked_at(provider: str, source: str, last_well: datetime, at: datetime) -> Event:
    """What events of one look have in common: it happened since the last look that was well."""
    day = at.date()
    announced = f"{day.isoformat()}:{provider}"
    return Event(Kind.new, provider, last_well.date(), day, day, announced, (), source, at)


def arrived(
    fresh: Sequence[Observation],
    known: Mapping[str, Known],
    followed: Successions,
    event: Event,
    elsewhere: Collection[str] = (),
    snapshot: int = 0,
) -> list[Event]:
    """Events of the models that a look lists for the first time. `event` says when, where and by whom.

    A model of which a price was known before, here or `elsewhere`, is none: a meter, a tier or a page that is
    new to us is no news of it.
    """
    listed = {name_key(k.series.model) for k in known.values()} | {name_key(m) for m in elsewhere}
    by_model: dict[str, list[Observation]] = defaultdict(list)
    for seen in fresh:
        if seen.series.provider == event.provider and name_key(seen.series.model) not in listed:
            by_model[seen.series.model].append(seen)
    rows: dict[Kind, list[EventRow]] = defaultdict(list)
    for model, own in by_model.items():
        follows = followed.get((event.provider, name_key(model)))
        pairs = _pairs(own, known, follows) if follows else []
        stated = {component_of(o.series): (k.price, o.price) for o, k in pairs}
        if blended(stated, Blend()):
            rows[succession(stated, Blend())] += [_row(o, k, event.source, snapshot) for o, k in pairs]
        else:
            rows[Kind.new] += [_row(o, None, event.source, snapshot) for o in own]
    return [_of(event, kind, own) for kind, own in rows.items()]


def _pairs(
    own: Iterable[Observation], known: Mapping[str, Known], follows: tuple[str, ...]
) -> list[tuple[Observation, Known]]:
    """The successor's standard prices, each with the predecessor's of the same meter."""
    before = {
        k.series.meter: k
        for k in known.values()
        if name_key(k.series.model) == follows and not k.series.terms.as_dict()
    }
    return [
        (o, before[o.series.meter])
        for o in own
        if o.series.meter in before and not o.series.terms.as_dict() and not o.promo_until
    ]


def _row(seen: Observation, follows: Known | None, source: str, snapshot: int) -> EventRow:
    return EventRow(
        seen.series,
        follows.price if follows else None,
        seen.price,
        model=seen.model or seen.series.model,
        predecessor=follows.series.model if follows else "",
        source=source,
        label=seen.label,
        snapshot=snapshot,
    )


def departed(left: Iterable[Listing], event: Event) -> list[Event]:
    """The event of the models that left the list for good."""
    rows = [
        EventRow(k.series, k.price, None, model=one.model, source=event.source)
        for one in left
        for k in one.known
        if k.series.provider == event.provider
    ]
    return [_of(event, Kind.gone, rows)] if rows else []


def _of(event: Event, kind: Kind, rows: Sequence[EventRow]) -> Event:
    return replace(event, kind=kind, rows=tuple(rows))
