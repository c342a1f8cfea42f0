"""A person's word on moves that wait: settled, meant, and told like any other, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tracker.adapters.store import Connection, events, rulings
from tracker.adapters.store import sources as states
from tracker.announce import announce_moves, announce_unheld
from tracker.domain.events import of_moves
from tracker.domain.model import Move, Status
from tracker.domain.moves import BY_A_PERSON
from tracker.domain.settings import Settings


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
    by_source: dict[str, list[int]] = {}
    sources = rulings.sources_of(connection, ids)
    for id in dict.fromkeys(ids):
        by_source.setdefault(sources.get(id, ""), []).append(id)
    ruled: list[Move] = []
    for source, own in by_source.items():  # each is told before the next: what two of them say is told once
        reason = f"{status.value} {BY_A_PERSON}{why}"
        moves = [rulings.settled(connection, id, status, reason, now) for id in own]
        if status is Status.confirmed:
            events.put(connection, of_moves(moves, now))
            kind, page = states.get(connection, source).kind, urls.get(source, "")
            announce_moves(connection, settings, moves, source=source, kind=kind, page_url=page, now=now)
        announce_unheld(connection, settings, moves, source=source, now=now)
        ruled += moves
    return ruled
