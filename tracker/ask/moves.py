"""Moves as `moves --json` prints them."""

from __future__ import annotations

from typing import Any

from tracker.adapters.store import Connection, questions
from tracker.adapters.store.filters import Filters
from tracker.domain.model import Move


def rows(connection: Connection, filters: Filters, limit: int | None = None) -> list[dict[str, Any]]:
    """Moves, the newest first."""
    return [move_row(m) for m in questions.find_moves(connection, filters, limit)]


def move_row(move: Move) -> dict[str, Any]:
    """One move; `pct` in per cent of the old price."""
    return {
        "id": move.id,
        "at": move.at,
        "recorded_at": move.recorded_at,
        "provider": move.series.provider,
        "model": move.model or move.series.model,
        "meter": move.series.meter,
        "terms": move.series.terms.as_dict(),
        "before": move.before,
        "after": move.after,
        "pct": None if move.pct is None else float(move.pct),
        "event": move.event,
        "status": move.status.value,
        "source": move.source,
        "evidence": {
            "snapshot": move.snapshot or None,
            "confirmed_by": move.confirmed_by or None,
            "not_before": move.not_before,
            "label": move.label,
            "currency": move.series.currency,
            "reason": move.reason,
        },
    }
