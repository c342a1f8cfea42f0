"""Events as `events --json` prints them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Any

from tracker.adapters.store import Connection
from tracker.adapters.store import events as store
from tracker.domain.events import Event, EventRow, component_of
from tracker.domain.evidence import one_line
from tracker.domain.model import Status
from tracker.domain.witnesses import fold

STATUSES = (Status.confirmed, Status.provisional, Status.withdrawn)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; empty lets everything through. `event` is a kind, `model` a name or a glob."""

    provider: str = ""
    model: str = ""
    event: str = ""
    source: str = ""
    status: str = ""
    since: date | None = None
    until: date | None = None
    ids: Collection[int] = ()


def rows(connection: Connection, known_at: datetime, wanted: Wanted) -> list[dict[str, Any]]:
    """Events as they were recorded by `known_at`, the newest first."""
    found = store.find(
        connection,
        known_at,
        providers=[wanted.provider.casefold()] if wanted.provider else [],
        kinds=[wanted.event] if wanted.event else [],
        since=wanted.since,
        until=wanted.until,
        ids=wanted.ids,
    )
    return [
        event_row(e)
        for e in sorted(found, key=lambda e: (e.day, e.id), reverse=True)
        if (not wanted.status or e.status.value == wanted.status)
        and _is_asked(e, wanted.model, wanted.source)
    ]


def _is_asked(event: Event, model: str, source: str) -> bool:
    provider, _, name = model.rpartition("/")
    glob = name.casefold() if any(c in name for c in "*?[") else ""
    named = not model or any(
        (fnmatchcase(r.series.model, glob) if glob else fold(r.series.model) in (fold(name), fold(model)))
        and (not provider or r.series.provider == provider.casefold() or r.series.model == model.casefold())
        for r in event.rows
    )
    return named and (not source or any(r.source == source for r in event.rows))


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
