"""Moves: pending until a second look or a person settles them, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from tracker.adapters.store.series import SERIES, series_of
from tracker.adapters.store.tables import moves, series, sources
from tracker.domain.facts import SOURCE
from tracker.domain.model import Move, Status
from tracker.domain.moves import BY_A_PERSON, WENT

PENDING = (Status.provisional.value, Status.held.value)
DOCUMENTED = select(sources.c.id).where(sources.c.kind == SOURCE)  # whose moves no look saw


def pending(connection: Connection, source: str) -> dict[str, Move]:
    """The moves of a source that wait for a second look or for a person, by series key."""
    rows = connection.execute(_WAITING, {"of": source})
    return {m.series.key: m for m in map(move_of, rows)}


def select_moves() -> Any:
    """Moves with their series; `move_of` reads a row of it."""
    return select(
        moves.c.id,
        moves.c.source,
        moves.c.before,
        moves.c.after,
        moves.c.at,
        moves.c.not_before,
        moves.c.recorded_at,
        moves.c.status,
        moves.c.reason,
        moves.c.event,
        moves.c.model.label("printed"),
        moves.c.label,
        moves.c.promo_until,
        moves.c.snapshot,
        moves.c.confirmed_by,
        *SERIES,
    ).join(series, series.c.id == moves.c.series)


# Written out: SQLite uses the index of those that wait only where it sees that they are asked for.
WAITS: Any = bindparam("waits", PENDING, expanding=True, literal_execute=True)
_WAITING = select_moves().where(moves.c.source == bindparam("of"), moves.c.status.in_(WAITS))


def move_of(row: Any) -> Move:
    return Move(
        series=series_of(row),
        before=row.before,
        after=row.after,
        at=row.at,
        recorded_at=row.recorded_at,
        not_before=row.not_before,
        status=Status(row.status),
        reason=row.reason,
        event=row.event,
        model=row.printed,
        label=row.label,
        promo_until=row.promo_until,
        source=row.source,
        id=row.id,
        snapshot=row.snapshot or 0,
        confirmed_by=row.confirmed_by or 0,
    )


def settled_at(connection: Connection, ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these moves came to stand as it does."""
    statement = select(moves.c.id, moves.c.status_at).where(moves.c.id.in_(ids))
    return {row.id: row.status_at for row in connection.execute(statement)}


def steps_of(connection: Connection, ids: Sequence[int]) -> list[Move]:
    """The moves of these ids, as their own looks saw them."""
    return [move_of(row) for row in connection.execute(select_moves().where(moves.c.id.in_(ids)))]


def ruled_out(connection: Connection, source: str) -> dict[str, tuple[Decimal, Decimal]]:
    """The last move of each series of which a person said that it did not happen: before and after."""
    newest = (
        select(func.max(moves.c.id))
        .where(moves.c.source == source, moves.c.reason.startswith(f"withdrawn {BY_A_PERSON}"))
        .group_by(moves.c.series)
    )
    rows = connection.execute(
        select(series.c.key, moves.c.before, moves.c.after)
        .join(series, series.c.id == moves.c.series)
        .where(moves.c.id.in_(newest))
    )
    return {row.key: (row.before, row.after) for row in rows}


def flaps(connection: Connection, source: str, since: datetime) -> int:
    """How many looks since then withdrew a move that had waited for its second look."""
    found = select(func.count(moves.c.status_at.distinct())).where(
        moves.c.source == source, moves.c.status_at >= since, moves.c.reason.endswith(WENT)
    )
    return connection.scalar(found) or 0


def insert(connection: Connection, move: Move, series_id: int, source: str, snapshot: int | None) -> int:
    """Write a move; its id."""
    result = connection.execute(
        moves.insert().values(
            source=source,
            series=series_id,
            before=move.before,
            after=move.after,
            at=move.at,
            not_before=move.not_before,
            recorded_at=move.recorded_at,
            status=move.status.value,
            status_at=move.recorded_at,
            reason=move.reason,
            event=move.event,
            model=move.model,
            label=move.label,
            promo_until=move.promo_until,
            snapshot=snapshot,
        )
    )
    assert result.inserted_primary_key is not None
    id: int = result.inserted_primary_key[0]
    return id


def settle(
    connection: Connection,
    move: int,
    status: Status,
    reason: str,
    at: datetime,
    confirmed_by: int | None = None,
) -> bool:
    """Give a pending move its end, by one conditional update; False if it has one."""
    result = connection.execute(
        update(moves)
        .where(moves.c.id == move, moves.c.status.in_(PENDING))
        .values(status=status.value, status_at=at, reason=reason, confirmed_by=confirmed_by)
    )
    return result.rowcount == 1


def retract(connection: Connection, move: int, reason: str, at: datetime) -> None:
    """Withdraw a move, whatever it was: its page did not say so."""
    connection.execute(
        update(moves)
        .where(moves.c.id == move)
        .values(status=Status.withdrawn.value, status_at=at, reason=reason)
    )
