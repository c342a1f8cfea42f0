"""What the status pages ask of the store: nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from tracker.adapters.store.prices import move_of, select_moves
from tracker.adapters.store.tables import moves, snapshots
from tracker.domain.model import Move, Status


def latest_moves(connection: Connection, statuses: Sequence[Status], limit: int) -> list[Move]:
    """Moves that stand so, the newest on the provider's side first."""
    statement = select_moves().where(moves.c.status.in_([s.value for s in statuses]))
    newest = statement.order_by(moves.c.at.desc(), moves.c.id.desc()).limit(limit)
    return [move_of(row) for row in connection.execute(newest)]


def snapshot_row(connection: Connection, id: int) -> Row[Any] | None:
    """What is known of one kept page; its bytes are `snapshots.body(connection, row.sha256)`."""
    return connection.execute(select(snapshots).where(snapshots.c.id == id)).first()
