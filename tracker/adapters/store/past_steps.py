"""The events that a catalogue's history tells: equal to what it tells now, and alerted to nobody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from tracker.adapters.store import events
from tracker.adapters.store.past_moves import BY, told_by
from tracker.adapters.store.spans import spans_of
from tracker.domain.events import PERSON, Event
from tracker.domain.histories import events_of_history
from tracker.domain.model import Basis, Status
from tracker.domain.recorded import steps_of
from tracker.domain.spans import Span

GONE = "the catalogue's history, read again, does not say so"


def put_steps(connection: Connection, source: str, history: Sequence[Span], at: datetime) -> int:
    """Make the events of a catalogue what its history tells beside all else that is known; how many are new.

    What it no longer tells is withdrawn, so that it can be told as what it is. An event on which a person
    ruled, and one that more than catalogues tell, stays as it is.
    """
    before = told_by(connection, source)
    providers = {step.series.provider for step in steps_of(history)} | {e.provider for e in before}
    if not providers:
        return 0
    beside = spans_of(connection, at, providers=providers)
    told = events_of_history(history, events.find(connection, at, providers=providers), beside, at)
    catalogues = {source, *(s.source for s in beside if s.basis is Basis.catalogue)}
    own = [e for e in before if _is_own(e, source, catalogues)]
    _rule(connection, own, told, at)
    return len(events.put(connection, told))


def _is_own(event: Event, source: str, catalogues: Collection[str]) -> bool:
    """Whether a source told an event first, nobody but catalogues did since, and no person ruled on it."""
    alone = event.key.startswith(f"{source}|") and all(r.source in catalogues for r in event.rows)
    return alone and event.ruled_by != PERSON


def _says(event: Event, row: Any) -> Any:
    return event.key, row.series.key, row.before, row.after


def _rule(connection: Connection, own: Sequence[Event], told: Sequence[Event], at: datetime) -> None:
    """Withdraw what is not told now of a source's own events, and take back what was withdrawn so."""
    wanted = {_says(event, row) for event in told for row in event.rows}
    began = {event.key: event.status for event in told}
    changed: dict[Status, list[int]] = {}
    for event in own:
        says = any(_says(event, row) in wanted for row in event.rows)
        status = began.get(event.key, Status.provisional) if says else Status.withdrawn
        if (status is Status.withdrawn) != (event.status is Status.withdrawn):
            changed.setdefault(status, []).append(event.id)
    for status, ids in changed.items():
        why = GONE if status is Status.withdrawn else "the catalogue's history says so again"
        events.rule(connection, ids, status, BY, why, at)
