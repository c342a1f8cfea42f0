"""What the status pages ask of the store: nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from tracker.adapters.store.moves import DOCUMENTED, PENDING, move_of, select_moves
from tracker.adapters.store.tables import looks, moves, prices, snapshots
from tracker.adapters.store.tables_alerts import deliveries
from tracker.domain.model import Move, Status
from tracker.domain.moves import CLAIMED


def latest_moves(connection: Connection, statuses: Sequence[Status], limit: int) -> list[Move]:
    """Moves that looks saw and that stand so, the newest on the provider's side first."""
    stands = moves.c.status.in_([s.value for s in statuses])
    statement = select_moves().where(stands, moves.c.source.not_in(DOCUMENTED))
    newest = statement.order_by(moves.c.at.desc(), moves.c.id.desc()).limit(limit)
    return [move_of(row) for row in connection.execute(newest)]


def waiting_moves(connection: Connection, limit: int) -> list[Move]:
    """Moves that wait for a second look or a person, the newest first; not what only catalogues claim."""
    statement = select_moves().where(moves.c.status.in_(PENDING), moves.c.reason != CLAIMED)
    newest = statement.order_by(moves.c.at.desc(), moves.c.id.desc()).limit(limit)
    return [move_of(row) for row in connection.execute(newest)]


def claims(connection: Connection) -> int:
    """How many moves only catalogues claim."""
    held = moves.c.status.in_(PENDING), moves.c.reason == CLAIMED
    return connection.scalar(select(func.count()).where(*held)) or 0


def snapshot_row(connection: Connection, id: int) -> Row[Any] | None:
    """What is known of one kept page; its bytes are `snapshots.body(connection, row.sha256)`."""
    return connection.execute(select(snapshots).where(snapshots.c.id == id)).first()


def counts(connection: Connection) -> dict[str, dict[str, int]]:
    """How many: looks by source and outcome, moves by status, deliveries by state, open prices by source."""

    def by(*columns: Any, of: Any = None, where: Any = None) -> Any:
        statement = select(*columns, of if of is not None else func.count()).group_by(*columns)
        return connection.execute(statement if where is None else statement.where(where)).all()

    by_itself = deliveries.c.part_of.is_(None)  # what is told in a digest leaves with it
    open_price = and_(prices.c.valid_to.is_(None), prices.c.withdrawn_at.is_(None))
    return {
        "looks": {
            "\x1f".join(row[:2]): row[2]
            for row in by(looks.c.source, looks.c.outcome, of=func.sum(looks.c.times))
        },
        "moves": {row[0]: row[1] for row in by(moves.c.status, where=moves.c.source.not_in(DOCUMENTED))},
        "deliveries": {row[0]: row[1] for row in by(deliveries.c.state, where=by_itself)},
        "prices": {row[0]: row[1] for row in by(prices.c.source, where=open_price)},
    }
