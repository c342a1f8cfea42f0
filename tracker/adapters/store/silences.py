"""Silences: added and ended, never forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from tracker.adapters.store.tables_alerts import silences
from tracker.domain.silences import Silence


def put(
    connection: Connection,
    *,
    until: datetime,
    now: datetime,
    provider: str = "",
    model: str = "",
    rule: str = "",
    why: str = "",
) -> int:
    """Add a silence; its id."""
    row = {"created_at": now, "until": until, "provider": provider, "model": model, "rule": rule, "why": why}
    result = connection.execute(silences.insert().values(row))
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def standing(connection: Connection, at: datetime) -> list[Silence]:
    """Those that hold at a moment, the oldest first."""
    end = func.coalesce(silences.c.ended_at, silences.c.until)
    rows = connection.execute(
        select(silences)
        .where(silences.c.created_at <= at, silences.c.until > at, end > at)
        .order_by(silences.c.id)
    )
    return _silences(rows)


def every(connection: Connection) -> list[Silence]:
    """All that ever were, the newest first."""
    return _silences(connection.execute(select(silences).order_by(silences.c.id.desc())))


def end(connection: Connection, id: int, now: datetime) -> bool:
    """End a silence that holds; False where there is none of that id that does."""
    result = connection.execute(
        update(silences)
        .where(silences.c.id == id, silences.c.ended_at.is_(None), silences.c.until > now)
        .values(ended_at=now)
    )
    return result.rowcount == 1


def _silences(rows: Iterable[Any]) -> list[Silence]:
    return [
        Silence(r.id, r.created_at, r.until, r.provider, r.model, r.rule, r.why, r.ended_at) for r in rows
    ]
