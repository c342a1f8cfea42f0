"""A move that waits comes to its end by a person's word: nothing is erased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from tracker.adapters.store import prices
from tracker.adapters.store import sources as states
from tracker.adapters.store.moves import move_of, select_moves, settle
from tracker.adapters.store.tables import moves as table
from tracker.domain.errors import TrackerError
from tracker.domain.model import Move, Status, basis_of


def sources_of(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Whose moves these are; one that is not there is left out."""
    rows = connection.execute(select(table.c.id, table.c.source).where(table.c.id.in_(ids)))
    return {row.id: row.source for row in rows}


def settled(connection: Connection, id: int, status: Status, reason: str, now: datetime) -> Move:
    """Confirm or withdraw one pending move. Raises TrackerError where it is not there or is settled."""
    statement = select_moves().where(table.c.id == id)
    row = connection.execute(statement).first()
    if row is None:
        raise TrackerError(f"there is no move {id}: see `tracker moves`")
    source = states.get(connection, row.source)  # locked: whoever ruled meanwhile is done
    move = replace(move_of(row), reason=reason, status=status)
    if status is Status.withdrawn:
        settled = settle(connection, id, status, reason, now)
    else:
        basis = basis_of(source.kind)
        settled = prices.confirm(connection, move, basis, now, None)
    if not settled:
        was = connection.execute(statement).one().status
        raise TrackerError(f"move {id} is {was} already; only held and provisional ones can be ruled on")
    return move
