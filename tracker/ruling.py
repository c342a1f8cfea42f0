"""A person's word on moves that wait: settled, meant, and told like any other, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tracker.adapters.store import Connection, events, rulings, witnesses
from tracker.adapters.store import sources as states
from tracker.announce import announce_moves, announce_unheld
from tracker.domain.events import of_moves
from tracker.domain.model import Move, Status
from tracker.domain.moves import BY_A_PERSON
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
        move = rulings.settled(connection, id, status, f"{status.value} {BY_A_PERSON}{why}", now)
        ruled.setdefault(move.source, []).append(move)
    for source, moves in ruled.items():
        fresh: list[Move] = []
        if status is Status.confirmed:
            events.put(connection, of_moves(moves, now))
            fresh = [m for m in moves if not witnesses.is_told(connection, m, now - SAME_MOVE)]
            kind, page = states.get(connection, source).kind, urls.get(source, "")
            announce_moves(connection, settings, fresh, source=source, kind=kind, page_url=page, now=now)
        over = [m for m in moves if m not in fresh]
        announce_unheld(connection, settings, over, source=source, now=now)
    return [move for moves in ruled.values() for move in moves]
