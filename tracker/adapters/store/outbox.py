"""The outbox: alerts are written with the moves that they tell of; a delivery is claimed, then settled."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select, update

from tracker.adapters.store.tables import alert_moves, alerts, deliveries
from tracker.domain.alerts import Alert, Message

LEASE = timedelta(minutes=2)  # longer than any send may take
EXPIRY = timedelta(days=7)  # a message that could not leave for so long is dead


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one channel."""

    id: str
    channel: str
    message: Message
    attempts: int  # this one included
    created_at: datetime
    uncertain: bool  # an earlier try ended without an answer: it may arrive twice


def put(connection: Connection, wanted: Iterable[Alert], source: str | None, now: datetime) -> int:
    """Add alerts, a waiting delivery each."""
    count = 0
    for alert in wanted:
        result = connection.execute(
            alerts.insert().values(
                created_at=now,
                source=source,
                rule=alert.rule,
                subject=alert.message.subject,
                message=json.dumps(alert.message.as_dict(), ensure_ascii=False),
            )
        )
        assert result.inserted_primary_key is not None
        id = result.inserted_primary_key[0]
        if alert.moves:
            rows = [{"alert": id, "move": move} for move in sorted(set(alert.moves))]
            connection.execute(alert_moves.insert(), rows)
        connection.execute(
            deliveries.insert().values(
                id=str(uuid.uuid4()),
                alert=id,
                channel=alert.channel,
                state="waiting",
                attempts=0,
                next_try=now,
                claimed_by="",
                uncertain=False,
                last_error="",
            )
        )
        count += 1
    return count


def waiting(connection: Connection, now: datetime) -> dict[str, list[str]]:
    """The deliveries that may be tried now, by channel, oldest first."""
    found: dict[str, list[str]] = {}
    statement = select(deliveries.c.channel, deliveries.c.id).where(*_free(now))
    for row in connection.execute(statement.order_by(deliveries.c.alert)):
        found.setdefault(row.channel, []).append(row.id)
    return found


def next_try(connection: Connection, channels: Sequence[str]) -> datetime | None:
    """When the next delivery may be tried."""
    rows = connection.execute(
        select(deliveries.c.channel, deliveries.c.next_try, deliveries.c.claimed_until).where(
            deliveries.c.state == "waiting"
        )
    )
    times = (max(row.next_try, row.claimed_until or row.next_try) for row in rows if row.channel in channels)
    return min(times, default=None)


def claim(connection: Connection, id: str, owner: str, now: datetime) -> Delivery | None:
    """Take a delivery for one try, by one conditional update; None if another has it."""
    before = connection.execute(select(deliveries.c.claimed_by).where(deliveries.c.id == id)).scalar()
    result = connection.execute(
        update(deliveries)
        .where(deliveries.c.id == id, *_free(now))
        .values(
            claimed_by=owner,
            claimed_until=now + LEASE,
            attempts=deliveries.c.attempts + 1,
            uncertain=deliveries.c.uncertain if not before else True,
        )
    )
    if result.rowcount != 1:
        return None
    row = connection.execute(
        select(deliveries, alerts.c.message, alerts.c.created_at)
        .join(alerts, alerts.c.id == deliveries.c.alert)
        .where(deliveries.c.id == id)
    ).one()
    message = Message.from_dict(json.loads(row.message))
    return Delivery(row.id, row.channel, message, row.attempts, row.created_at, row.uncertain)


def settle(connection: Connection, /, id: str, *, owner: str, **columns: Any) -> None:
    """End a try: give the delivery its state and let it go."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == id, deliveries.c.claimed_by == owner)
        .values(claimed_by="", claimed_until=None, **columns)
    )


def release(connection: Connection, owner: str) -> int:
    """Free what a tracker that is gone had claimed: a try without an answer, so it may arrive twice."""
    result = connection.execute(
        update(deliveries)
        .where(deliveries.c.state == "waiting", deliveries.c.claimed_by == owner)
        .values(claimed_by="", claimed_until=None, uncertain=True)
    )
    return int(result.rowcount)


def retry(connection: Connection, ids: Sequence[str], now: datetime) -> int:
    """Let dead deliveries wait again, all of them where `ids` is empty; how many."""
    chosen = [deliveries.c.state == "dead"]
    if ids:
        chosen.append(deliveries.c.id.in_(ids))
    result = connection.execute(
        update(deliveries).where(*chosen).values(state="waiting", attempts=0, next_try=now)
    )
    return int(result.rowcount)


def _free(now: datetime) -> tuple[Any, ...]:
    return (
        deliveries.c.state == "waiting",
        deliveries.c.next_try <= now,
        or_(deliveries.c.claimed_until.is_(None), deliveries.c.claimed_until < now),
    )
