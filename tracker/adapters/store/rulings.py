"""A person's word on a move that waits: nothing is erased, and a confirmed move is told like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from tracker.adapters.store import outbox, prices
from tracker.adapters.store import sources as states
from tracker.adapters.store.tables import moves
from tracker.domain.alerts import alerts_for
from tracker.domain.errors import TrackerError
from tracker.domain.model import Basis, Move, Status
from tracker.domain.settings import Settings


def rule(
    connection: Connection,
    id: int,
    status: Status,
    why: str,
    now: datetime,
    settings: Settings,
    urls: Mapping[str, str],
) -> Move:
    """Confirm or withdraw a pending move; raises TrackerError where there is none, or it is settled."""
    row = connection.execute(prices.select_moves().where(moves.c.id == id)).first()
    if row is None:
        raise TrackerError(f"there is no move {id}: see `tracker moves`")
    source = states.get(connection, row.source)
    reason = f"{status.value} by a person: {why}"
    move = replace(prices.move_of(row), reason=reason, status=status)
    if status is Status.withdrawn:
        settled = prices.settle(connection, id, status, reason, now)
    else:
        basis = Basis.catalogue if source.kind == "catalogs" else Basis.observed
        settled = prices.confirm(connection, move, basis, now, None)
    if not settled:
        raise TrackerError(
            f"move {id} is {row.status} already; only held and provisional ones can be ruled on"
        )
    if status is Status.confirmed:
        alerts = alerts_for(
            [move],
            rules=settings.rules,
            channels=[c.name for c in settings.channels],
            page_url=urls.get(row.source, source.url),
            base_url=settings.base_url,
        )
        outbox.put(connection, alerts, row.source, now)
    return move
