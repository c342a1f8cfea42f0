"""Events: rows are added, and rulings after them; nothing is erased."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, select

from tracker.adapters.store.series import SERIES, series_ids, series_of
from tracker.adapters.store.tables import moves, series
from tracker.adapters.store.tables_judged import event_rows, events, rulings
from tracker.domain.events import Event, EventRow, Kind, days_apart, is_same_model, is_same_step
from tracker.domain.model import Status

SAME_STEP_DAYS = 45  # within this, two sources that tell the same step tell one
_MOST = 500  # ids in one statement


def put(connection: Connection, found: Iterable[Event], *, reviewed: bool = False) -> list[int]:
    """Record events; the ids of those that are new.

    A step that an event of the provider tells already is added there as a witness. What else is told of the
    same models and days belongs to the same announcement. Of `reviewed` events each stands for itself.
    """
    new: list[int] = []
    by_provider: dict[str, list[Event]] = defaultdict(list)
    for event in found:
        by_provider[event.provider].append(event)
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
    for place, other in enumerate(standing):
        if other.key == event.key:
            fresh = [r for r in event.rows if not _has(other, r)]
            _insert_rows(connection, other.id, fresh, event.recorded_at)
            standing[place] = replace(other, rows=(*other.rows, *fresh))
            return None
    rest: list[EventRow] = []
    announcement = event.announcement
    for row in event.rows:
        tell = [i for i, e in enumerate(standing) if not reviewed and _tells(e, event, row)]
        if not tell:
            rest.append(row)
            continue
        place = min(tell, key=lambda i: days_apart(standing[i], event))
        other = standing[place]
        announcement = other.announcement
        if not _has(other, row):
            _insert_rows(connection, other.id, [row], event.recorded_at)
            standing[place] = replace(other, rows=(*other.rows, row))
    if not rest:
        return None
    if announcement == event.announcement and not reviewed:
        announcement = next((e.announcement for e in standing if _is_of(e, event)), announcement)
    kept = replace(event, rows=tuple(rest), announcement=announcement)
    id = _insert(connection, kept, event.key)
    standing.append(replace(kept, id=id))
    return id


def _tells(other: Event, event: Event, row: EventRow) -> bool:
    """Whether another event tells the step of `row` already."""
    if other.status is Status.withdrawn or days_apart(other, event) > SAME_STEP_DAYS:
        return False
    return any(is_same_step(row, told) for told in other.rows)


def _is_of(other: Event, event: Event) -> bool:
    """Whether another event is of the same announcement: the same days, and a model in common."""
    if other.status is Status.withdrawn or days_apart(other, event):
        return False
    return any(is_same_model(a, b) for a in other.rows for b in event.rows)


def _has(event: Event, row: EventRow) -> bool:
    return any(is_same_step(row, r) and (r.source, r.move) == (row.source, row.move) for r in event.rows)


def _insert(connection: Connection, event: Event, key: str) -> int:
    """Write one event with its rows. `key` is that of the event as it was found."""
    result = connection.execute(
        events.insert().values(
            key=key,
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


def find(
    connection: Connection,
    known_at: datetime | None,
    *,
    providers: Collection[str] = (),
    kinds: Collection[str] = (),
    since: date | None = None,
    until: date | None = None,
    ids: Collection[int] = (),
) -> list[Event]:
    """Events whose days touch [since, until], as recorded by `known_at`, in the order of their first day."""
    clauses = [events.c.recorded_at <= known_at] if known_at else []
    if providers:
        clauses.append(events.c.provider.in_(list(providers)))
    if kinds:
        clauses.append(events.c.kind.in_(list(kinds)))
    if since:
        clauses.append(events.c.hi >= since.isoformat())
    if until:
        clauses.append(events.c.lo <= until.isoformat())
    if ids:
        clauses.append(events.c.id.in_(list(ids)))
    found = connection.execute(select(events).where(*clauses).order_by(events.c.lo, events.c.id)).all()
    wanted = [row.id for row in found]
    rows, ruled = _rows(connection, wanted, known_at), _ruled(connection, wanted, known_at)
    return [_event(row, rows[row.id], ruled.get(row.id)) for row in found]


def _rows(
    connection: Connection, wanted: Sequence[int], known_at: datetime | None
) -> dict[int, list[EventRow]]:
    columns = [c for c in event_rows.c if c.name not in ("series", "model")]
    found: dict[int, list[EventRow]] = defaultdict(list)
    for i in range(0, len(wanted), _MOST):
        statement = (
            select(*columns, event_rows.c.model.label("printed"), *SERIES)
            .join(series, series.c.id == event_rows.c.series)
            .outerjoin(moves, moves.c.id == event_rows.c.move)
            .where(event_rows.c.event.in_(wanted[i : i + _MOST]), ~_retracted(known_at))
            .order_by(event_rows.c.id)
        )
        if known_at:
            statement = statement.where(event_rows.c.recorded_at <= known_at)
        for row in connection.execute(statement):
            found[row.event].append(
                EventRow(
                    series_of(row),
                    row.before,
                    row.after,
                    model=row.printed,
                    predecessor=row.predecessor,
                    source=row.source,
                    label=row.label,
                    move=row.move or 0,
                    snapshot=row.snapshot or 0,
                )
            )
    return found


def _retracted(known_at: datetime | None) -> Any:
    """Whether the move that a row rests on was withdrawn: its page did not say so."""
    withdrawn = func.coalesce(moves.c.status, "") == Status.withdrawn.value
    if known_at is None:
        return withdrawn
    return and_(withdrawn, func.coalesce(moves.c.status_at, known_at) <= known_at)


def _ruled(connection: Connection, wanted: Sequence[int], known_at: datetime | None) -> dict[int, Any]:
    """The last ruling on each event."""
    found: dict[int, Any] = {}
    for i in range(0, len(wanted), _MOST):
        statement = select(rulings).where(rulings.c.event.in_(wanted[i : i + _MOST])).order_by(rulings.c.id)
        if known_at:
            statement = statement.where(rulings.c.at <= known_at)
        found.update((row.event, row) for row in connection.execute(statement))
    return found


def _event(row: Any, rows: Sequence[EventRow], ruling: Any) -> Event:
    """An event none of whose rows stands any more is withdrawn."""
    status = Status(ruling.status if ruling else row.status) if rows else Status.withdrawn
    return Event(
        Kind(row.kind),
        row.provider,
        date.fromisoformat(row.lo),
        date.fromisoformat(row.day),
        date.fromisoformat(row.hi),
        row.announcement,
        tuple(rows),
        row.source,
        row.recorded_at,
        status,
        f"{ruling.status} by {ruling.by}: {ruling.why}" if ruling else row.why,
        row.id,
        row.key,
    )


def rule(
    connection: Connection, ids: Sequence[int], status: Status, by: str, why: str, at: datetime
) -> list[Event]:
    """Add a ruling on each event; the events as they stand now. Raises LookupError for one not there."""
    found = find(connection, None, ids=ids)
    if missing := set(ids) - {e.id for e in found}:
        raise LookupError(f"there is no event {', '.join(map(str, sorted(missing)))}")
    for id in ids:
        connection.execute(rulings.insert().values(event=id, at=at, status=status.value, by=by, why=why))
    return find(connection, None, ids=ids)
