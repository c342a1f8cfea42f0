"""A person's word on a move that waits: nothing is erased, and a confirmed move is told like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from tracker.adapters.store import events, outbox, prices, witnesses
from tracker.adapters.store import sources as states
from tracker.adapters.store.moves import BY_A_PERSON, move_of, select_moves, settle
from tracker.adapters.store.tables import moves as table
from tracker.domain.alerts import alerts_for
from tracker.domain.errors import TrackerError
from tracker.domain.events import of_moves
from tracker.domain.model import Move, Status, basis_of
from tracker.domain.settings import Settings
from tracker.domain.witnesses import SAME_MOVE


def rule(
    connection: Connection,
    ids: Sequence[int],
    status: Status,
    why: str,
    now: datetime,
    settings: Settings,
    urls: Mapping[str, str],
) -> list[Move]:
    """Confirm or withdraw pending moves; one alert a source tells of those that are confirmed.

    Raises TrackerError, and changes nothing, where one of them is not there or is settled.
    """
    ruled: dict[str, list[Move]] = {}
    for id in dict.fromkeys(ids):
        move = _settle(connection, id, status, f"{status.value} {BY_A_PERSON}{why}", now)
        ruled.setdefault(move.source, []).append(move)
    if status is Status.confirmed:
        for source, moves in ruled.items():
            events.put(connection, of_moves(moves, now))
            alerts = alerts_for(
                [m for m in moves if not witnesses.is_told(connection, m, now - SAME_MOVE)],
                rules=settings.rules,
                channels=[c.name for c in settings.channels],
                page_url=urls.get(source, ""),
                base_url=settings.base_url,
            )
            outbox.put(connection, alerts, source, now)
    return [move for moves in ruled.values() for move in moves]


def _settle(connection: Connection, id: int, status: Status, reason: str, now: datetime) -> Move:
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
