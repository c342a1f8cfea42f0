"""The outbox: alerts are written with the moves that they tell of; a delivery is claimed, then settled."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, or_, select, update

from tracker.adapters.store.tables_alerts import alert_moves, alerts, deliveries
from tracker.domain.alerts import Alert, Message
from tracker.domain.model import Move

LEASE = timedelta(minutes=2)  # longer than any send may take
EXPIRY = timedelta(days=7)  # a message that could not leave for so long is dead
# What is held back is written up to a week before it is due.
HELD_EXPIRY = 2 * EXPIRY


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one channel."""

    id: str
    alert: int
    channel: str
    message: Message
    attempts: int  # this one included
    written: datetime | None  # absent where it was held back on purpose
    expires: datetime  # a try that fails after this is the last, after some tries
    uncertain: bool  # an earlier try ended without an answer: it may arrive twice
    parts_sent: int  # of a message in several parts: those that arrived at earlier tries


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
                message=alert.message.as_json(),
            )
        )
        assert result.inserted_primary_key is not None
        id = result.inserted_primary_key[0]
        if alert.moves:
            connection.execute(alert_moves.insert(), _as_told(id, alert.moves))
        add_delivery(connection, id, alert.channel, alert.due or now, alert.held_for)
        count += 1
    return count


def add_delivery(connection: Connection, alert: int, channel: str, due: datetime, held_for: str = "") -> str:
    """Let an alert wait for its channel; the delivery's id."""
    id = str(uuid.uuid4())
    connection.execute(
        deliveries.insert().values(
            id=id,
            alert=alert,
            channel=channel,
            state="waiting",
            attempts=0,
            next_try=due,
            claimed_by="",
            uncertain=False,
            last_error="",
            held_for=held_for,
            parts_sent=0,
        )
    )
    return id


def _as_told(alert: int, moves: Iterable[Move]) -> list[dict[str, Any]]:
    once = {m.id: m for m in moves}
    return [
        {"alert": alert, "move": id, "before": m.before, "reason": m.reason} for id, m in sorted(once.items())
    ]


def waiting(connection: Connection, now: datetime) -> dict[str, list[str]]:
    """The deliveries that may be tried now, by channel, oldest first; what is told in a digest is none.

    A channel whose last try failed is left alone until that try is due again; then everything that
    waits for it is offered, so that nothing overtakes. What is held back stays so until it is due.
    """
    found = {}
    for channel, is_down in open_channels(connection, now):
        due = deliveries.c.next_try <= now
        if is_down:
            due = or_(due, deliveries.c.held_for == "", deliveries.c.attempts > 0)
        offered = (deliveries.c.channel == channel, due, *unclaimed(now))
        ids = connection.execute(select(deliveries.c.id).where(*offered).order_by(deliveries.c.alert))
        found[channel] = list(ids.scalars())
    return {channel: ids for channel, ids in found.items() if ids}


def open_channels(connection: Connection, now: datetime) -> list[tuple[str, bool]]:
    """The channels for which something waits and that may be tried now, and whether the last try failed."""
    return [(name, is_down) for name, is_down, due in _tries(connection) if not is_down or due <= now]


def _tries(connection: Connection) -> list[tuple[str, bool, datetime]]:
    """Each channel for which something waits, whether its last try failed, and when its next one may be."""
    tried = deliveries.c.attempts > 0  # and since then not made to wait anew: see `retry`
    rows = connection.execute(
        select(
            deliveries.c.channel,
            func.max(case((tried, deliveries.c.tried_at))).label("failed_at"),
            func.min(deliveries.c.next_try).label("first"),
        )
        .where(*WAITS)
        .group_by(deliveries.c.channel)
        .order_by(deliveries.c.channel)
    ).all()
    found = []
    for row in rows:
        is_down = row.failed_at is not None and not _sent_since(connection, row.channel, row.failed_at)
        due = _again(connection, row.channel, row.failed_at) if is_down else row.first
        found.append((row.channel, is_down, due))
    return found


def _again(connection: Connection, channel: str, failed_at: datetime) -> datetime:
    """When the last try of a channel is due again; what was tried before it may be long overdue."""
    last = (deliveries.c.channel == channel, deliveries.c.tried_at == failed_at, deliveries.c.attempts > 0)
    due: datetime = connection.execute(
        select(func.min(deliveries.c.next_try)).where(*WAITS, *last)
    ).scalar_one()
    return due


def _sent_since(connection: Connection, channel: str, moment: datetime) -> bool:
    later = select(deliveries.c.id).where(deliveries.c.channel == channel, deliveries.c.sent_at >= moment)
    return connection.execute(later.limit(1)).first() is not None


def next_try(connection: Connection, channels: Sequence[str]) -> datetime | None:
    """When the next delivery may be tried: what waits behind one that failed comes with that one."""
    return min((due for name, _, due in _tries(connection) if name in channels), default=None)


def claim(connection: Connection, id: str, owner: str, now: datetime) -> Delivery | None:
    """Take a delivery for one try, by one conditional update; None if another has it."""
    before = connection.execute(select(deliveries.c.claimed_by).where(deliveries.c.id == id)).scalar()
    result = connection.execute(
        update(deliveries)
        .where(deliveries.c.id == id, *unclaimed(now))
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
    return Delivery(
        id=row.id,
        alert=row.alert,
        channel=row.channel,
        message=Message.from_json(row.message),
        attempts=row.attempts,
        written=None if row.held_for else row.created_at,
        expires=row.created_at + (HELD_EXPIRY if row.held_for else EXPIRY),
        uncertain=row.uncertain,
        parts_sent=row.parts_sent,
    )


def settle(connection: Connection, /, id: str, *, owner: str, **columns: Any) -> bool:
    """End a try: give the delivery its state and let it go; False if it was another's meanwhile.

    What is told in it, where it is a digest, comes to the same end.
    """
    result = connection.execute(
        update(deliveries)
        .where(deliveries.c.id == id, deliveries.c.claimed_by == owner)
        .values(claimed_by="", claimed_until=None, **columns)
    )
    if result.rowcount != 1:
        return False
    mirrored = {name: value for name, value in columns.items() if name in MIRRORED}
    if mirrored:
        connection.execute(update(deliveries).where(deliveries.c.part_of == id).values(**mirrored))
    return True


def release(connection: Connection, owner: str, now: datetime) -> int:
    """Free what a tracker that is gone had claimed, and try again soon what failed; how many it had claimed.

    Such a try ended without an answer, so it may arrive twice. What was never tried is due when it is due.
    """
    mine = (deliveries.c.state == "waiting", deliveries.c.claimed_by == owner)
    freed = update(deliveries).where(*mine).values(claimed_by="", claimed_until=None, uncertain=True)
    count = connection.execute(freed).rowcount
    failed = (deliveries.c.state == "waiting", deliveries.c.attempts > 0)
    connection.execute(update(deliveries).where(*failed).values(next_try=now))
    return int(count)


def end_orphans(connection: Connection, channels: Sequence[str]) -> int:
    """Deliveries to a channel that is not set any more are dead, and say so; how many."""
    words = "no channel of that name is set: set it again, then retry"
    orphans = (deliveries.c.state == "waiting", deliveries.c.channel.not_in(channels))
    result = connection.execute(update(deliveries).where(*orphans).values(state="dead", last_error=words))
    return int(result.rowcount)


def retry(connection: Connection, ids: Sequence[str], now: datetime) -> int:
    """Let dead deliveries wait again, all of them where `ids` is empty; how many.

    One that is told in a digest waits with all of that digest.
    """
    dead = select(deliveries.c.id, deliveries.c.part_of).where(deliveries.c.state == "dead")
    rows = connection.execute(dead.where(deliveries.c.id.in_(ids)) if ids else dead).all()
    whole = sorted({row.part_of or row.id for row in rows})
    for id in whole:
        connection.execute(
            update(deliveries)
            .where(or_(deliveries.c.id == id, deliveries.c.part_of == id), deliveries.c.state == "dead")
            .values(state="waiting", attempts=0, next_try=now)
        )
    return len(rows) if ids else len(whole)


# What waits by itself, and is not told in a digest.
WAITS: tuple[Any, ...] = (deliveries.c.state == "waiting", deliveries.c.part_of.is_(None))
MIRRORED = ("state", "next_try", "last_error", "sent_at")  # of a digest, by what is told in it


def unclaimed(now: datetime) -> tuple[Any, ...]:
    """What nobody has in hand, as clauses."""
    return (*WAITS, or_(deliveries.c.claimed_until.is_(None), deliveries.c.claimed_until < now))
