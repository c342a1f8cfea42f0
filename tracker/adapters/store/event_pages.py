"""Events as the pages list them, narrowed and a page at a time: nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import lt
from typing import Any

from sqlalchemy import Connection, case, func, select

from tracker.adapters.store.filters import Filters, Sorted, beyond, of_lines, picked
from tracker.adapters.store.found_events import find, retracted
from tracker.adapters.store.tables import moves, series
from tracker.adapters.store.tables_judged import event_rows, events, rulings
from tracker.domain.events import Event
from tracker.domain.model import Status

_OF_IT = event_rows.c.event == events.c.id


def newest(
    connection: Connection,
    filters: Filters,
    limit: int | None = None,
    before: tuple[str, int] | None = None,
    known_at: datetime | None = None,
) -> list[Event]:
    """Events by their best day, the newest first, after the (day, id) of the last one of the page before.

    `since` and `until` keep what may have happened in between; `event` is a kind; as recorded by `known_at`.
    """
    by_model = Filters(model=filters.model)
    lines = picked(connection, by_model)
    newest = (events.c.day, events.c.id) if lines is None else (Sorted(events.c.day), Sorted(events.c.id))
    statement = select(events.c.id).where(*_narrowed(filters, known_at))
    if filters.model:
        of_model = _rows(known_at).where(*of_lines(event_rows.c.series, by_model, lines))
        if lines is None:
            of_model = of_model.join(series, series.c.id == event_rows.c.series)
            statement = statement.where(of_model.where(_OF_IT).exists())
        else:
            statement = statement.where(events.c.id.in_(of_model.with_only_columns(event_rows.c.event)))
    if before:
        statement = statement.where(beyond(newest, before, lt))
    return _found(
        connection, statement.order_by(*(column.desc() for column in newest)).limit(limit), known_at
    )


def latest(connection: Connection, limit: int) -> list[Event]:
    """Events that stand, the newest first."""
    stand = select(events.c.id).where(_status(None) != Status.withdrawn.value)
    return _found(connection, stand.order_by(events.c.day.desc(), events.c.id.desc()).limit(limit), None)


def _found(connection: Connection, ids: Any, known_at: datetime | None) -> list[Event]:
    wanted = connection.scalars(ids).all()
    found = find(connection, known_at, ids=wanted) if wanted else []
    return sorted(found, key=lambda e: (e.day, e.id), reverse=True)


def _narrowed(filters: Filters, known_at: datetime | None) -> list[Any]:
    found: list[Any] = [] if known_at is None else [events.c.recorded_at <= known_at]
    if filters.provider:
        found.append(events.c.provider == filters.provider.casefold())
    if filters.event:
        found.append(events.c.kind == filters.event)
    if filters.since:
        found.append(events.c.hi >= filters.since.date().isoformat())
    if filters.until:
        found.append(events.c.lo <= filters.until.date().isoformat())
    if filters.status:
        found.append(_status(known_at) == filters.status)
    if filters.source:
        found.append(_rows(known_at).where(_OF_IT, event_rows.c.source == filters.source).exists())
    return found


def _rows(known_at: datetime | None) -> Any:
    """The rows of events that stand, as recorded by then."""
    own = select(event_rows.c.id).outerjoin(moves, moves.c.id == event_rows.c.move)
    own = own.where(~retracted(known_at))
    return own if known_at is None else own.where(event_rows.c.recorded_at <= known_at)


def _status(known_at: datetime | None) -> Any:
    """As ruled last; withdrawn where none of its rows stands."""
    ruled = select(rulings.c.status).where(rulings.c.event == events.c.id)
    ruled = ruled if known_at is None else ruled.where(rulings.c.at <= known_at)
    last = ruled.order_by(rulings.c.id.desc()).limit(1).scalar_subquery()
    stands = _rows(known_at).where(_OF_IT).exists()
    return case((~stands, Status.withdrawn.value), else_=func.coalesce(last, events.c.status))


def beside(connection: Connection, event: Event) -> list[Event]:
    """The other events of its announcement."""
    same = select(events.c.id).where(
        events.c.announcement == event.announcement, events.c.provider == event.provider
    )
    ids = connection.scalars(same.where(events.c.id != event.id).order_by(events.c.id).limit(20)).all()
    return find(connection, None, ids=ids) if ids else []


def settled_at(connection: Connection, found: Sequence[Event]) -> dict[int, datetime]:
    """When each event was recorded, or ruled on last."""
    newest = select(rulings.c.event, func.max(rulings.c.at)).group_by(rulings.c.event)
    own = newest.where(rulings.c.event.in_([e.id for e in found]))
    ruled = {row[0]: row[1] for row in connection.execute(own)}
    return {e.id: e.recorded_at for e in found} | ruled


def rulings_on(connection: Connection, id: int) -> list[Any]:
    """What was said of an event after it was recorded, in the order in which it was."""
    columns = (rulings.c.at, rulings.c.status, rulings.c.by, rulings.c.why)
    return list(connection.execute(select(*columns).where(rulings.c.event == id).order_by(rulings.c.id)))
