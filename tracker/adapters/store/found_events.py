"""Events as they were recorded by a day, with their rows and the last ruling on each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select

from tracker.adapters.store.chunks import chunks
from tracker.adapters.store.series import SERIES, series_of
from tracker.adapters.store.tables import moves, series
from tracker.adapters.store.tables_judged import event_rows, events, rulings
from tracker.domain.events import Event, EventRow, Kind
from tracker.domain.model import Status


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
    for part in chunks(wanted):
        statement = (
            select(*columns, event_rows.c.model.label("printed"), *SERIES)
            .join(series, series.c.id == event_rows.c.series)
            .outerjoin(moves, moves.c.id == event_rows.c.move)
            .where(event_rows.c.event.in_(part), ~retracted(known_at))
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


def retracted(known_at: datetime | None) -> Any:
    """Whether the move that a row rests on was withdrawn: its page did not say so."""
    withdrawn = func.coalesce(moves.c.status, "") == Status.withdrawn.value
    if known_at is None:
        return withdrawn
    return and_(withdrawn, func.coalesce(moves.c.status_at, known_at) <= known_at)


def _ruled(connection: Connection, wanted: Sequence[int], known_at: datetime | None) -> dict[int, Any]:
    """The last ruling on each event."""
    found: dict[int, Any] = {}
    for part in chunks(wanted):
        statement = select(rulings).where(rulings.c.event.in_(part)).order_by(rulings.c.id)
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
        ruling.by if ruling else "",
    )
