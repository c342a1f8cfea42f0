"""What a live view asks again and again: few rows, short transactions; nothing here writes."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from tracker.adapters.store.moves import DOCUMENTED, PENDING
from tracker.adapters.store.tables import moves
from tracker.adapters.store.tables_alerts import deliveries


def unsent(connection: Connection) -> dict[str, int]:
    """How many deliveries wait, and how many are dead; what is told in a digest leaves with it."""
    by = select(deliveries.c.state, func.count()).where(
        deliveries.c.state.in_(("waiting", "dead")), deliveries.c.part_of.is_(None)
    )
    return {row[0]: row[1] for row in connection.execute(by.group_by(deliveries.c.state))}


def pending(connection: Connection) -> dict[str, int]:
    """How many moves that looks saw wait for a second look or for a person, by how they stand."""
    by = select(moves.c.status, func.count()).where(
        moves.c.status.in_(PENDING), moves.c.source.not_in(DOCUMENTED)
    )
    return {row[0]: row[1] for row in connection.execute(by.group_by(moves.c.status))}
