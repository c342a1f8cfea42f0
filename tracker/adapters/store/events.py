"""Events: rows are added, and rulings after them; nothing is erased."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from tracker.adapters.store.found_events import find
from tracker.adapters.store.series import series_ids
from tracker.adapters.store.tables_judged import event_rows, events, rulings
from tracker.adapters.store.turns import MEANING, take_turn
from tracker.domain.announcements import SAME_STEP_DAYS, is_of_one, tells
from tracker.domain.events import Event, EventRow, days_apart, is_same_step
from tracker.domain.model import Status

__all__ = ["find", "put", "rule"]


def put(connection: Connection, found: Iterable[Event], *, reviewed: bool = False) -> list[int]:
    """Record events; the ids of those that are new.

    A step that an event of the provider tells already is added there as a witness; an event that the rules
    could not decide is confirmed by a witness who saw it. What else is told of the same models and days
    belongs to the same announcement. Of `reviewed` events each stands for itself.
    """
    new: list[int] = []
    by_provider: dict[str, list[Event]] = defaultdict(list)
    for event in found:
        by_provider[event.provider].append(event)
    if by_provider:
        take_turn(connection, MEANING)
    for provider, own in by_provider.items():
        span = timedelta(days=SAME_STEP_DAYS)
        since, until = min(e.lo for e in own) - span, max(e.hi for e in own) + span
        standing = find(connection, None, providers=(provider,), since=since, until=until)
        for event in own:
            if id := _put(connection, event, standing, reviewed):
                new.append(id)
    return new


def _put(connection: Connection, event: Event, standing: list[Event], reviewed: bool) -> int | None:
    """Record one event; its id if it is new. `standing` is kept up to date."""
    key = event.key
    for place, other in enumerate(standing):
        if other.key != key:
            continue
        if other.status is not Status.withdrawn:
            _witness(connection, event, event.rows, standing, place)
            return None
        event = replace(event, rows=tuple(r for r in event.rows if not _has(other, r)))
        key += "|again"  # it was withdrawn, and this is another
    rest, announcement = event.rows, event.announcement
    if not reviewed:
        rest, announcement = _told_already(connection, event, standing)
    elif event.rows:
        alike = (e for e in standing if e.source != event.source and _shares(e, event))
        announcement = next((e.announcement for e in alike), announcement)
    if not rest:
        return None
    if announcement == event.announcement and not reviewed:
        announcement = next((e.announcement for e in standing if is_of_one(e, event)), announcement)
    kept = replace(event, rows=tuple(rest), announcement=announcement, recorded_key=key)
    id = _insert(connection, kept)
    standing.append(replace(kept, id=id))
    return id


def _told_already(
    connection: Connection, event: Event, standing: list[Event]
) -> tuple[tuple[EventRow, ...], str]:
    """The rows that no event tells yet, and the announcement of those that one does."""
    rest: list[EventRow] = []
    announcement = event.announcement
    for row in event.rows:
        tell = [i for i, other in enumerate(standing) if tells(other, event, row, standing)]
        if not tell:
            rest.append(row)
            continue
        place = min(tell, key=lambda i: days_apart(standing[i], event))
        announcement = standing[place].announcement
        _witness(connection, event, [row], standing, place)
    return tuple(rest), announcement


def _witness(
    connection: Connection, event: Event, rows: Iterable[EventRow], standing: list[Event], place: int
) -> None:
    """Add rows to an event that stands; one that was undecided is confirmed by who saw it happen."""
    other = standing[place]
    fresh = [r for r in rows if not _has(other, r)]
    _insert_rows(connection, other.id, fresh, event.recorded_at)
    if fresh and other.status is Status.provisional and event.status is Status.confirmed:
        words = f"{event.source} saw it: {event.why}" if event.why else f"{event.source} saw it"
        rule(connection, [other.id], Status.confirmed, event.source, words, event.recorded_at)
        other = replace(other, status=Status.confirmed)
    standing[place] = replace(other, rows=(*other.rows, *fresh))


def _shares(other: Event, event: Event) -> bool:
    """Whether an event of another source tells a step of this one, near in time."""
    if other.status is Status.withdrawn or days_apart(other, event) > SAME_STEP_DAYS:
        return False
    return any(is_same_step(a, b) for a in event.rows for b in other.rows)


def _has(event: Event, row: EventRow) -> bool:
    return any(is_same_step(row, r) and (r.source, r.move) == (row.source, row.move) for r in event.rows)


def _insert(connection: Connection, event: Event) -> int:
    """Write one event with its rows."""
    result = connection.execute(
        events.insert().values(
            key=event.key,
            announcement=event.announcement,
            kind=event.kind.value,
            provider=event.provider,
            lo=event.lo.isoformat(),
            day=event.day.isoformat(),
            hi=event.hi.isoformat(),
            source=event.source,
            recorded_at=event.recorded_at,
            status=event.status.value,
            why=event.why,
        )
    )
    assert result.inserted_primary_key is not None
    id: int = result.inserted_primary_key[0]
    _insert_rows(connection, id, event.rows, event.recorded_at)
    return id


def _insert_rows(connection: Connection, event: int, rows: Sequence[EventRow], at: datetime) -> None:
    if not rows:
        return
    ids = series_ids(connection, [r.series for r in rows])
    connection.execute(
        event_rows.insert(),
        [
            {
                "event": event,
                "series": ids[r.series.key],
                "model": r.model or r.series.model,
                "predecessor": r.predecessor,
                "before": r.before,
                "after": r.after,
                "move": r.move or None,
                "snapshot": r.snapshot or None,
                "source": r.source,
                "label": r.label,
                "recorded_at": at,
            }
            for r in rows
        ],
    )


def rule(
    connection: Connection, ids: Sequence[int], status: Status, by: str, why: str, at: datetime
) -> list[Event]:
    """Add a ruling on each event; the events as they stand now. Raises LookupError for one not there."""
    if not ids:
        return []
    found = find(connection, None, ids=ids)
    if missing := set(ids) - {e.id for e in found}:
        raise LookupError(f"there is no event {', '.join(map(str, sorted(missing)))}")
    for id in ids:
        connection.execute(rulings.insert().values(event=id, at=at, status=status.value, by=by, why=why))
    return find(connection, None, ids=ids)
