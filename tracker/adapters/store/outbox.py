"""The outbox: alerts are written with the moves that they tell of; a delivery is claimed, then settled."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, or_, select, update

from tracker.adapters.store.tables_alerts import alert_moves, alerts, deliveries
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
                event=alert.event,
                rule=alert.rule,
                subject=alert.message.subject,
                message=json.dumps(alert.message.as_dict(), ensure_ascii=False),
            )
        )
        assert result.inserted_primary_key is not None
        id = result.inserted_primary_key[0]
        if alert.moves:
            rows = [{"alert": id, "move": move, "reason": ""} for move in sorted(set(alert.moves))]
            connection.execute(alert_moves.insert(), rows)
        connection.execute(
            deliveries.insert().values(
                id=str(uuid.uuid4()),
                alert=id,
                channel=alert.channel,
                state="waiting",
                attempts=0,
                next_try=alert.due or now,
                claimed_by="",
                uncertain=False,
                last_error="",
                held_for=alert.held_for,
                parts_sent=0,
            )
        )
        count += 1
    return count


def waiting(connection: Connection, now: datetime) -> dict[str, list[str]]:
    """The deliveries that may be tried now, by channel, oldest first.

    A channel whose last try failed is left alone until that try is due again; then everything that
    waits for it is offered, so that nothing overtakes.
    """
    tried = deliveries.c.attempts > 0  # and since then not made to wait anew: see `retry`
    channels = connection.execute(
        select(
            deliveries.c.channel,
            func.max(case((tried, deliveries.c.tried_at))).label("failed_at"),
            func.min(case((tried, deliveries.c.next_try))).label("due"),
        )
        .where(deliveries.c.state == "waiting")
        .group_by(deliveries.c.channel)
    ).all()
    found = {}
    for row in channels:
        down = row.failed_at is not None and not _sent_since(connection, row.channel, row.failed_at)
        if down and row.due > now:
            continue
        free = [*_unclaimed(now), deliveries.c.channel == row.channel]
        if not down:
            free.append(deliveries.c.next_try <= now)
        ids = connection.execute(select(deliveries.c.id).where(*free).order_by(deliveries.c.alert))
        found[row.channel] = list(ids.scalars())
    return {channel: ids for channel, ids in found.items() if ids}


def _sent_since(connection: Connection, channel: str, moment: datetime) -> bool:
    later = select(deliveries.c.id).where(deliveries.c.channel == channel, deliveries.c.sent_at >= moment)
    return connection.execute(later.limit(1)).first() is not None


def next_try(connection: Connection, channels: Sequence[str]) -> datetime | None:
    """When the next delivery may be tried."""
    rows = connection.execute(
        select(deliveries.c.channel, func.min(deliveries.c.next_try).label("at"))
        .where(deliveries.c.state == "waiting")
        .group_by(deliveries.c.channel)
    )
    return min((row.at for row in rows if row.channel in channels), default=None)


def claim(connection: Connection, id: str, owner: str, now: datetime) -> Delivery | None:
    """Take a delivery for one try, by one conditional update; None if another has it."""
    before = connection.execute(select(deliveries.c.claimed_by).where(deliveries.c.id == id)).scalar()
    result = connection.execute(
        update(deliveries)
        .where(deliveries.c.id == id, *_unclaimed(now))
        .values(
            claimed_by=owner,
            claimed_until=now + LEASE,
            tried_at=now,
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


def release(connection: Connection, owner: str, now: datetime) -> int:
    """Free what a tracker that is gone had claimed, and try everything soon; how many it had claimed.

    Such a try ended without an answer, so it may arrive twice.
    """
    mine = (deliveries.c.state == "waiting", deliveries.c.claimed_by == owner)
    freed = update(deliveries).where(*mine).values(claimed_by="", claimed_until=None, uncertain=True)
    count = connection.execute(freed).rowcount
    connection.execute(update(deliveries).where(deliveries.c.state == "waiting").values(next_try=now))
    return int(count)


def end_orphans(connection: Connection, channels: Sequence[str]) -> int:
    """Deliveries to a channel that is not set any more are dead, and say so; how many."""
    words = "no channel of that name is set: set it again, then retry"
    orphans = (deliveries.c.state == "waiting", deliveries.c.channel.not_in(channels))
    result = connection.execute(update(deliveries).where(*orphans).values(state="dead", last_error=words))
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


def _unclaimed(now: datetime) -> tuple[Any, ...]:
    return (
        deliveries.c.state == "waiting",
        or_(deliveries.c.claimed_until.is_(None), deliveries.c.claimed_until < now),
    )
