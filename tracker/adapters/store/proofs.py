"""What stands behind one move: what it meant, and who was told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, select

from tracker.adapters.store import events
from tracker.adapters.store.moves import move_of, select_moves
from tracker.adapters.store.tables import moves, series
from tracker.adapters.store.tables_alerts import alert_moves, alerts, deliveries
from tracker.adapters.store.tables_judged import event_rows
from tracker.domain.events import Event
from tracker.domain.model import Move

MOST = 50  # alerts of one move


def meanings(connection: Connection, move: int) -> list[Event]:
    """The events that a move is part of."""
    ids = connection.scalars(select(event_rows.c.event).where(event_rows.c.move == move).distinct()).all()
    return events.find(connection, None, ids=ids) if ids else []


def told(connection: Connection, move: int) -> list[Mapping[str, Any]]:
    """The alerts that tell of a move, the newest first."""
    columns = (alerts.c.created_at, alerts.c.subject, deliveries.c.channel, deliveries.c.state)
    more = (deliveries.c.sent_at, deliveries.c.last_error, deliveries.c.held_for, alerts.c.rule)
    statement = (
        select(*columns, *more)
        .join(alerts, alerts.c.id == alert_moves.c.alert)
        .join(deliveries, deliveries.c.alert == alerts.c.id)
        .where(alert_moves.c.move == move)
        .order_by(alerts.c.id.desc())
        .limit(MOST)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def beside(connection: Connection, move: Move) -> list[Move]:
    """The other moves of its model that were seen at the same moment."""
    same = and_(series.c.provider == move.series.provider, series.c.model == move.series.model)
    at_once = moves.c.recorded_at == move.recorded_at
    others = select_moves().where(same, at_once, moves.c.id != move.id).order_by(moves.c.id).limit(MOST)
    return [move_of(row) for row in connection.execute(others)]
