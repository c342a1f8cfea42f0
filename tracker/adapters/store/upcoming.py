"""Prices that pages announced for a later day, each kept once: when it was first seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from tracker.adapters.store import upsert
from tracker.adapters.store.chunks import chunks
from tracker.adapters.store.series import SERIES, series_ids, series_of
from tracker.adapters.store.tables import series
from tracker.adapters.store.tables_alerts import upcoming
from tracker.domain.upcoming import Upcoming


def put(
    connection: Connection, source: str, found: Sequence[Upcoming], at: datetime, snapshot: int | None
) -> list[Upcoming]:
    """Note what a page announces; what of it is new, and no other page of the provider's announced before."""
    if not found:
        return []
    ids = series_ids(connection, [one.series for one in found])
    known: dict[tuple[Any, ...], set[str]] = {}
    for row in connection.execute(_ANNOUNCED, {"days": sorted({one.day.isoformat() for one in found})}):
        known.setdefault((row.series, row.day, row.price), set()).add(row.source)
    places = [(ids[one.series.key], one.day.isoformat(), one.price) for one in found]
    said_by = [(one, known.get(place, set())) for one, place in zip(found, places, strict=True)]
    new = [one for one, sources in said_by if source not in sources]
    rows = [
        {
            "source": source,
            "series": ids[one.series.key],
            "day": one.day.isoformat(),
            "price": one.price,
            "before": one.before,
            "model": one.model,
            "label": one.label,
            "snapshot": snapshot,
            "announced_at": at,
        }
        for one in new
    ]
    upsert.ignore(connection, upcoming, rows)
    return [one for one, sources in said_by if not sources]


_ANNOUNCED = select(upcoming.c.source, upcoming.c.series, upcoming.c.day, upcoming.c.price).where(
    upcoming.c.day.in_(bindparam("days", expanding=True))
)


def announced(connection: Connection, keys: Collection[str], until: date) -> list[Upcoming]:
    """What was announced of these series for days up to one, whoever said so; the first said last."""
    return [one for part in chunks(sorted(keys)) for one in _announced(connection, part, until)]


def _announced(connection: Connection, keys: Sequence[str], until: date) -> list[Upcoming]:
    rows = connection.execute(
        select(
            upcoming.c.day,
            upcoming.c.price,
            upcoming.c.before,
            upcoming.c.model.label("printed"),
            upcoming.c.label,
            upcoming.c.announced_at,
            *SERIES,
        )
        .join(series, series.c.id == upcoming.c.series)
        .where(series.c.key.in_(keys), upcoming.c.day <= until.isoformat())
        .order_by(upcoming.c.announced_at.desc())
    )
    return [
        Upcoming(
            series_of(row),
            date.fromisoformat(row.day),
            row.price,
            row.before,
            row.printed,
            row.label,
            row.announced_at,
        )
        for row in rows
    ]
