"""What the status pages ask of the store: nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, not_, or_, select

from tracker.adapters.store.filters import Unindexed
from tracker.adapters.store.moves import DOCUMENTED, WAITS, move_of, select_moves
from tracker.adapters.store.tables import looks, moves, snapshots
from tracker.adapters.store.tables_alerts import alerts, deliveries
from tracker.domain.model import Move, Status
from tracker.domain.moves import CLAIMED

_BY_ITSELF = deliveries.c.part_of.is_(None)  # what is told in a digest leaves with it
_IS_LATE = or_(deliveries.c.state == "dead", deliveries.c.held_for == "", deliveries.c.attempts > 0)


def latest_moves(connection: Connection, statuses: Sequence[Status], limit: int) -> list[Move]:
    """Moves that looks saw and that stand so, the newest on the provider's side first."""
    stands = moves.c.status.in_([s.value for s in statuses])
    statement = select_moves().where(stands, Unindexed(moves.c.source).not_in(DOCUMENTED))
    newest = statement.order_by(moves.c.at.desc(), moves.c.id.desc()).limit(limit)
    return [move_of(row) for row in connection.execute(newest)]


def waiting_moves(connection: Connection, limit: int) -> list[Move]:
    """Moves that wait for a second look or a person, the newest first; not what only catalogues claim."""
    statement = select_moves().where(moves.c.status.in_(WAITS), moves.c.reason != CLAIMED)
    newest = statement.order_by(Unindexed(moves.c.at).desc(), Unindexed(moves.c.id).desc()).limit(limit)
    return [move_of(row) for row in connection.execute(newest)]


def claims(connection: Connection) -> int:
    """How many moves only catalogues claim."""
    held = moves.c.status.in_(WAITS), moves.c.reason == CLAIMED
    return connection.scalar(select(func.count()).where(*held)) or 0


def unsent(connection: Connection, limit: int) -> list[Row[Any]]:
    """Alerts that were not sent though nothing holds them back: the dead first, then the newest."""
    columns = (alerts.c.created_at, alerts.c.subject, deliveries.c.channel, deliveries.c.state)
    more = (deliveries.c.attempts, deliveries.c.next_try, deliveries.c.last_error)
    statement = select(*columns, *more).join(alerts, alerts.c.id == deliveries.c.alert)
    found = statement.where(_BY_ITSELF, deliveries.c.state != "sent", _IS_LATE)
    ordered = found.order_by(deliveries.c.state, deliveries.c.attempts.desc(), alerts.c.id.desc())
    return list(connection.execute(ordered.limit(limit)))


def held_back(connection: Connection) -> list[Row[Any]]:
    """How many alerts wait for a digest or for the end of quiet hours, by whom and until when."""
    by = (deliveries.c.channel, alerts.c.rule, deliveries.c.held_for)
    statement = (
        select(*by, func.count().label("many"), func.min(deliveries.c.next_try).label("until"))
        .join(alerts, alerts.c.id == deliveries.c.alert)
        .where(_BY_ITSELF, deliveries.c.state == "waiting", not_(_IS_LATE))
        .group_by(*by)
        .order_by(*by)
    )
    return list(connection.execute(statement))


def snapshot_row(connection: Connection, id: int) -> Row[Any] | None:
    """What is known of one kept page; its bytes are `snapshots.body(connection, row.sha256)`."""
    return connection.execute(select(snapshots).where(snapshots.c.id == id)).first()


def moves_by_status(connection: Connection) -> dict[str, int]:
    """How many moves that looks saw stand how."""
    found = _by(connection, moves.c.status)
    for status, documented in _by(connection, moves.c.status, moves.c.source.in_(DOCUMENTED)).items():
        found[status] -= documented  # less, and not left out: the whole is counted in an index alone
    return found


def deliveries_by_state(connection: Connection) -> dict[str, int]:
    """How many deliveries are how far, but what is told in a digest."""
    return _by(connection, deliveries.c.state, _BY_ITSELF)


def looks_by_outcome(connection: Connection) -> dict[tuple[str, str], int]:
    """How many looks at each source came to what, by (source, outcome)."""
    by = looks.c.source, looks.c.outcome
    rows = connection.execute(select(*by, func.sum(looks.c.times)).group_by(*by))
    return {(source, outcome): times for source, outcome, times in rows}


def _by(connection: Connection, column: Any, *where: Any) -> dict[str, int]:
    rows = connection.execute(select(column, func.count()).where(*where).group_by(column))
    return {row[0]: row[1] for row in rows}
