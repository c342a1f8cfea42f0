"""The moves and events that captures of the past tell: equal to what they tell now, and alerted to nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from tracker.adapters.store import events
from tracker.adapters.store.corrections import told_moves
from tracker.adapters.store.moves import retract
from tracker.adapters.store.series import series_ids
from tracker.adapters.store.tables import moves as table
from tracker.adapters.store.tables_judged import event_rows
from tracker.domain.events import PERSON, Event, of_moves
from tracker.domain.model import Move, Status

BY = "backfill"  # who rules on events here; what a person ruled stays
GONE = "the captures, read again, do not say so"
SEEN_ONCE = "|seen once"  # in the key of an event that waits for another capture


def put_moves(connection: Connection, source: str, found: Sequence[Move], at: datetime) -> tuple[int, int]:
    """Make the moves and events of a source what its captures tell; how many of each are new.

    Only confirmed moves are moves; a provisional one is a provisional event. What the captures no longer say
    is withdrawn. An event on which a person ruled stays as it was ruled.
    """
    sure = [m for m in found if m.status is Status.confirmed]
    kept, added = _put(connection, source, sure, at)
    unsure = [m for m in found if m.status is Status.provisional]
    waiting = [_provisional(event) for event in of_moves(unsure, at)]
    new = events.put(connection, [*of_moves(kept, at), *waiting])
    _rule(connection, source, sure, unsure, at)
    return added, len(new)


def _put(connection: Connection, source: str, sure: Sequence[Move], at: datetime) -> tuple[list[Move], int]:
    """The moves with their ids, as when they were first seen, and how many are new."""
    standing = {_says(m): m.id for m in told_moves(connection, source)}
    wanted = {_says(m): m for m in sure}
    for says, id in standing.items():
        if says not in wanted:
            retract(connection, id, GONE, at)
    new = [m for says, m in wanted.items() if says not in standing]
    ids = series_ids(connection, [m.series for m in new])
    for move in new:
        row = {name: getattr(move, name) for name in ("before", "after", "at", "not_before", "reason")}
        row |= {name: getattr(move, name) for name in ("event", "model", "label", "promo_until")}
        row |= {"source": source, "series": ids[move.series.key], "recorded_at": at, "status_at": at}
        row |= {"status": move.status.value, "snapshot": move.snapshot or None}
        result = connection.execute(table.insert().values(**row, confirmed_by=move.confirmed_by or None))
        assert result.inserted_primary_key is not None
        standing[_says(move)] = result.inserted_primary_key[0]
    return [replace(m, id=standing[says]) for says, m in wanted.items()], len(new)


def _says(move: Move) -> Any:
    return move.series.key, move.before, move.after, move.at, move.not_before


def _provisional(event: Event) -> Event:
    return replace(event, status=Status.provisional, recorded_key=event.key + SEEN_ONCE)


def _rule(
    connection: Connection, source: str, sure: Iterable[Move], unsure: Iterable[Move], at: datetime
) -> None:
    """Bring the events that only this source tells to what it tells now."""
    confirmed, provisional = ({_step(m) for m in moves} for moves in (sure, unsure))
    changed: dict[Status, list[int]] = {}
    for event in told_by(connection, source):
        if any(r.source != source for r in event.rows) or event.ruled_by == PERSON:
            continue
        steps = {(r.series.key, r.before, r.after) for r in event.rows}
        status = (
            Status.confirmed
            if steps & confirmed
            else Status.provisional
            if steps & provisional
            else Status.withdrawn
        )
        if status is not event.status:
            changed.setdefault(status, []).append(event.id)
    why = {Status.confirmed: "seen in another capture", Status.withdrawn: GONE}
    for status, ids in changed.items():
        events.rule(connection, ids, status, BY, why.get(status, "seen in one capture only"), at)


def told_by(connection: Connection, source: str) -> list[Event]:
    """The events that a source has a row in."""
    ids = list(connection.scalars(select(event_rows.c.event).where(event_rows.c.source == source).distinct()))
    return events.find(connection, None, ids=ids) if ids else []


def _step(move: Move) -> Any:
    return move.series.key, move.before, move.after
