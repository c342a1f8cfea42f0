"""What was really written of a move, to whom, and how far it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from tracker.adapters.store.tables_alerts import alert_moves, alerts, deliveries


def of_move(connection: Connection, id: int) -> list[Mapping[str, Any]]:
    """The alerts that tell a move, one row a channel, oldest first; `digest` is the alert it was sent in."""
    whole = deliveries.alias("whole")
    rows = connection.execute(
        select(
            alerts.c.id.label("alert"),
            alerts.c.created_at,
            alerts.c.event,
            alerts.c.rule,
            deliveries.c.channel,
            deliveries.c.state,
            deliveries.c.held_for,
            whole.c.alert.label("digest"),
            deliveries.c.next_try.label("due"),
            deliveries.c.sent_at,
            deliveries.c.last_error,
        )
        .join(alert_moves, alert_moves.c.alert == alerts.c.id)
        .join(deliveries, deliveries.c.alert == alerts.c.id)
        .join(whole, whole.c.id == deliveries.c.part_of, isouter=True)
        .where(alert_moves.c.move == id)
        .order_by(alerts.c.id, deliveries.c.channel)
    )
    return [dict(row) | {"due": row["due"] if row["state"] == "waiting" else None} for row in rows.mappings()]
