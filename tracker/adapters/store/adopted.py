"""Confirmed moves that an earlier version left without an event."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection, select

from tracker.adapters.store import events
from tracker.adapters.store.moves import move_of, select_moves
from tracker.adapters.store.tables import moves as table
from tracker.adapters.store.tables_judged import event_rows
from tracker.domain.events import of_moves
from tracker.domain.model import Move, Status


def adopt(connection: Connection) -> None:
    """Make events of the confirmed moves that have none: an earlier version kept no events."""
    told = select(event_rows.c.move).where(event_rows.c.move.is_not(None))
    rows = connection.execute(
        select_moves()
        .add_columns(table.c.status_at)
        .where(table.c.status == Status.confirmed.value, table.c.id.not_in(told))
        .order_by(table.c.status_at, table.c.id)
    ).all()
    by_moment: dict[datetime, list[Move]] = defaultdict(list)
    for row in rows:
        by_moment[row.status_at].append(move_of(row))
    for at, own in by_moment.items():
        events.put(connection, of_moves(own, at))
