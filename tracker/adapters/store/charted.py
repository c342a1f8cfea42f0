"""What the chart of a move is made of: the moves seen as one, and all that is recorded of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from tracker.adapters.store.moves import move_of, select_moves
from tracker.adapters.store.spans import spans_of
from tracker.adapters.store.tables import moves, series
from tracker.adapters.store.tables_alerts import alert_moves, deliveries
from tracker.domain.model import Move
from tracker.domain.spans import Span
from tracker.domain.wording import size

MOST_MOVES = 50  # of one model, seen as one


@dataclass(frozen=True, slots=True)
class Charted:
    """The moves of one model to mark, the biggest first, and its prices."""

    moves: tuple[Move, ...]
    spans: tuple[Span, ...]


def of_move(connection: Connection, id: int, known_at: datetime) -> Charted | None:
    """A move with those of its model that were seen with it; None where there is none of that number."""
    row = connection.execute(select_moves().where(moves.c.id == id)).first()
    if row is None:
        return None
    move = move_of(row)
    beside = connection.execute(
        select_moves()
        .where(
            moves.c.recorded_at == move.recorded_at,
            moves.c.source == move.source,
            moves.c.at == move.at,
            moves.c.status == move.status.value,
            series.c.provider == move.series.provider,
            series.c.model == move.series.model,
            series.c.currency == move.series.currency,
            moves.c.id != id,
        )
        .order_by(moves.c.id)
        .limit(MOST_MOVES)
    )
    return _charted(connection, [move, *map(move_of, beside)], known_at)


def of_alert(connection: Connection, alert: int, known_at: datetime) -> Charted | None:
    """The biggest move that an alert tells, as it tells it; None where it tells of none."""
    rows = connection.execute(
        select(alert_moves.c.before.label("told"), alert_moves.c.move, moves.c.before, moves.c.after)
        .join(moves, moves.c.id == alert_moves.c.move)
        .where(or_(alert_moves.c.alert == alert, alert_moves.c.alert.in_(_parts(alert))))
    ).all()
    if not rows:
        return None
    told = {row.move: row.before if row.told is None else row.told for row in rows}
    biggest = max(rows, key=lambda row: _share(told[row.move], row.after))
    found = of_move(connection, biggest.move, known_at)
    if found is None:
        return None
    as_told = (replace(m, before=told.get(m.id, m.before)) for m in found.moves)
    return replace(found, moves=tuple(m for m in as_told if m.before != m.after))


def _parts(digest: int) -> Any:
    """The alerts that are told in a digest."""
    whole = select(deliveries.c.id).where(deliveries.c.alert == digest)
    return select(deliveries.c.alert).where(deliveries.c.part_of.in_(whole))


def _share(before: object, after: object) -> float:
    """How far a price went; from zero is the farthest."""
    one, other = float(str(before)), float(str(after))
    return abs(other - one) / one if one else float("inf")


def _charted(connection: Connection, found: Sequence[Move], known_at: datetime) -> Charted:
    first = found[0].series
    spans = spans_of(
        connection, known_at, providers=(first.provider,), models=(f"{first.provider}/{first.model}",)
    )
    return Charted(tuple(sorted(found, key=size, reverse=True)), tuple(spans))
