"""Events as `events --json` prints them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tracker.adapters.store import Connection, event_pages
from tracker.adapters.store.filters import Filters
from tracker.domain.events import Event, EventRow, component_of
from tracker.domain.evidence import one_line
from tracker.domain.model import Status

STATUSES = (Status.confirmed, Status.provisional, Status.withdrawn)


def rows(
    connection: Connection,
    known_at: datetime,
    filters: Filters,
    *,
    limit: int | None = None,
    before: tuple[str, int] | None = None,
) -> list[dict[str, Any]]:
    """Events as recorded by `known_at`, the newest first, after the (day, id) of the page before."""
    return [event_row(e) for e in event_pages.newest(connection, filters, limit, before, known_at)]


def event_row(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind.value,
        "announcement": event.announcement,
        "provider": event.provider,
        "day": event.day.isoformat(),
        "lo": event.lo.isoformat(),
        "hi": event.hi.isoformat(),
        "status": event.status.value,
        "recorded_at": event.recorded_at,
        "source": event.source,
        "what": one_line(event.rows),
        "why": event.why,
        "rows": [_price(r) for r in event.rows],
    }


def _price(row: EventRow) -> dict[str, Any]:
    return {
        "model": row.model or row.series.model,
        "predecessor": row.predecessor,
        "component": component_of(row.series),
        "meter": row.series.meter,
        "terms": row.series.terms.as_dict(),
        "currency": row.series.currency,
        "before": row.before,
        "after": row.after,
        "pct": None if row.pct is None else round(float(row.pct), 1),
        "source": row.source,
        "read_from": row.label,
        "move": row.move or None,
        "snapshot": row.snapshot or None,
    }
