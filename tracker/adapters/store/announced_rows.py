"""What pages announced for later days, as the API lists it: nothing here writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from tracker.adapters.store.filters import Filters
from tracker.adapters.store.series import SERIES, series_of
from tracker.adapters.store.tables import series
from tracker.adapters.store.tables_alerts import upcoming


def rows(
    connection: Connection, known_at: datetime, filters: Filters, *, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """Prices that were announced by `known_at`, the newest first, below the row `before`.

    `since` and `until` compare with the day from which a price is to hold.
    """
    columns = [upcoming.c[name] for name in ("id", "source", "before", "price", "day", "announced_at")]
    more = (upcoming.c.model.label("printed"), upcoming.c.label, upcoming.c.snapshot, *SERIES)
    statement = (
        select(*columns, *more)
        .join(series, series.c.id == upcoming.c.series)
        .where(upcoming.c.announced_at <= known_at, *filters.clauses())
        .order_by(upcoming.c.id.desc())
        .limit(limit)
    )
    if filters.source:
        statement = statement.where(upcoming.c.source == filters.source)
    if filters.since:
        statement = statement.where(upcoming.c.day >= filters.since.date().isoformat())
    if filters.until:
        statement = statement.where(upcoming.c.day <= filters.until.date().isoformat())
    if before is not None:
        statement = statement.where(upcoming.c.id < before)
    return [_row(row) for row in connection.execute(statement)]


def _row(row: Any) -> dict[str, Any]:
    s = series_of(row)
    return {
        "id": row.id,
        "provider": s.provider,
        "model": row.printed,
        "meter": s.meter,
        "terms": s.terms.as_dict(),
        "currency": s.currency,
        "before": row.before,
        "price": row.price,
        "day": row.day,
        "announced_at": row.announced_at,
        "source": row.source,
        "read_from": row.label,
        "snapshot": row.snapshot,
    }
