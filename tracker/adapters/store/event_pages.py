"""Events as the pages list them, narrowed and a page at a time: nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from tracker.adapters.store.filters import Filters
from tracker.adapters.store.found_events import find
from tracker.adapters.store.tables import moves, series
from tracker.adapters.store.tables_judged import event_rows, events, rulings
from tracker.domain.events import Event
from tracker.domain.model import Status

_STANDS = or_(event_rows.c.move.is_(None), moves.c.status != Status.withdrawn.value)


def newest(
    connection: Connection, filters: Filters, limit: int, before: tuple[str, int] | None = None
) -> list[Event]:
    """Events by their best day, the newest first, after the (day, id) of the last one of the page before.

    `since` and `until` keep what may have happened in between; `event` is a kind.
    """
    statement = select(events.c.id).where(*_narrowed(filters))
    if before:
        day, id = before
        statement = statement.where(or_(events.c.day < day, and_(events.c.day == day, events.c.id < id)))
    ids = connection.scalars(statement.order_by(events.c.day.desc(), events.c.id.desc()).limit(limit)).all()
    found = find(connection, None, ids=ids) if ids else []
    return sorted(found, key=lambda e: (e.day, e.id), reverse=True)


def _narrowed(filters: Filters) -> list[Any]:
    found: list[Any] = []
    if filters.provider:
        found.append(events.c.provider == filters.provider.casefold())
    if filters.event:
        found.append(events.c.kind == filters.event)
    if filters.since:
        found.append(events.c.hi >= filters.since.date().isoformat())
    if filters.until:
        found.append(events.c.lo <= filters.until.date().isoformat())
    if filters.status:
        found.append(_status() == filters.status)
    if filters.model or filters.source:
        own = _rows().join(series, series.c.id == event_rows.c.series)
        own = own.where(*Filters(model=filters.model).clauses())
        found.append((own.where(event_rows.c.source == filters.source) if filters.source else own).exists())
    return found


def _rows() -> Any:
    """The rows of an event that stand."""
    own = select(event_rows.c.id).outerjoin(moves, moves.c.id == event_rows.c.move)
    return own.where(event_rows.c.event == events.c.id, _STANDS)


def _status() -> Any:
    """As ruled last; withdrawn where none of its rows stands."""
    last = (
        select(rulings.c.status).where(rulings.c.event == events.c.id).order_by(rulings.c.id.desc()).limit(1)
    )
    standing = func.coalesce(last.scalar_subquery(), events.c.status)
    return case((~_rows().exists(), Status.withdrawn.value), else_=standing)


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
    return {e.id: e.recorded_at for e in found} | dict(connection.execute(own).tuples().all())


def rulings_on(connection: Connection, id: int) -> list[Any]:
    """What was said of an event after it was recorded, in the order in which it was."""
    columns = (rulings.c.at, rulings.c.status, rulings.c.by, rulings.c.why)
    return list(connection.execute(select(*columns).where(rulings.c.event == id).order_by(rulings.c.id)))
