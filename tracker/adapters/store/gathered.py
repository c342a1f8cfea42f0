"""What is told as one: which waiting deliveries, what they say, and the one that they are parts of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, exists, func, or_, select, update

from tracker.adapters.store.moves import PENDING, move_of, select_moves
from tracker.adapters.store.outbox import add_delivery, open_channels, unclaimed
from tracker.adapters.store.tables import moves
from tracker.adapters.store.tables_alerts import alert_moves, alerts, deliveries
from tracker.domain.alerts import MOST_LINES, Message
from tracker.domain.digests import MOST_LINKS, STORM, Parts
from tracker.domain.model import Move, Status

DIGEST, MOVE = "digest", "move"


@dataclass(frozen=True, slots=True)
class Group:
    """Deliveries that are told as one: those that a rule held back until now, or a storm."""

    channel: str
    rule: str = ""
    held_for: str = ""  # empty: a storm


def due(connection: Connection, channels: Sequence[str], now: datetime) -> list[Group]:
    """What is to be told as one now. One message alone is not, unless something in it was withdrawn."""
    return [*_held(connection, channels, now), *_storms(connection, channels, now)]


def _is_over(asked: Any = alerts) -> Any:
    """Whether a message asks for a person's word on moves of which none waits any more."""
    named = alert_moves.alias()
    moved = select(named.c.move).where(named.c.alert == asked.c.id)
    waits = moved.join(moves, moves.c.id == named.c.move).where(moves.c.status.in_(PENDING))
    return and_(asked.c.event == "held", exists(moved), ~exists(waits))


def _ends_what_is_over(parts: Any) -> Any:
    """Whether a message tells somebody that moves are no longer held who is not told that they were."""
    asked, of_asked, of_this = alerts.alias("asked"), alert_moves.alias(), alert_moves.alias()
    unsaid = (
        select(of_asked.c.move)
        .join(asked, asked.c.id == of_asked.c.alert)
        .join(of_this, of_this.c.move == of_asked.c.move)
        .where(of_this.c.alert == alerts.c.id, asked.c.id.in_(parts), _is_over(asked))
    )
    return and_(alerts.c.event == "held_over", exists(unsaid))


def _held(connection: Connection, channels: Sequence[str], now: datetime) -> list[Group]:
    taken_back = exists(
        select(alert_moves.c.move)
        .join(moves, moves.c.id == alert_moves.c.move)
        .where(alert_moves.c.alert == alerts.c.id, moves.c.status != Status.confirmed.value)
        .where(alerts.c.event == MOVE)
    )
    rows = connection.execute(
        select(deliveries.c.channel, alerts.c.rule, deliveries.c.held_for)
        .join(alerts, alerts.c.id == deliveries.c.alert)
        .where(deliveries.c.channel.in_(channels), *_fresh(now), deliveries.c.held_for != "")
        .where(deliveries.c.next_try <= now)
        .group_by(deliveries.c.channel, alerts.c.rule, deliveries.c.held_for)
        .having(or_(func.count() > 1, func.max(case((or_(taken_back, _is_over()), 1), else_=0)) > 0))
        .order_by(deliveries.c.channel, alerts.c.rule, deliveries.c.held_for)
    )
    return [Group(*row) for row in rows]


def _storms(connection: Connection, channels: Sequence[str], now: datetime) -> list[Group]:
    """Where a channel is down nothing is gathered before a message gets through: then all that waits is."""
    found = []
    for channel, is_down in open_channels(connection, now):
        if channel in channels and not is_down:
            count = select(func.count()).select_from(deliveries.join(alerts)).where(*_at_once(channel, now))
            if (connection.scalar(count) or 0) > STORM:
                found.append(Group(channel))
    return found


def begin(connection: Connection, group: Group, now: datetime) -> str | None:
    """Make one delivery of a group; its id, or None where another tracker just did. It says nothing yet."""
    result = connection.execute(
        alerts.insert().values(
            created_at=now, source=None, event=DIGEST, rule=group.rule, subject="", message=""
        )
    )
    assert result.inserted_primary_key is not None
    alert = result.inserted_primary_key[0]
    whole = add_delivery(connection, alert, group.channel, now)
    # Said again of the row itself: PostgreSQL asks only that of a row for which it had to wait.
    mine = (deliveries.c.id.in_(_parts_of(group, now)), *unclaimed(now))
    result = connection.execute(update(deliveries).where(*mine).values(part_of=whole))
    if result.rowcount:
        return whole
    connection.execute(delete(deliveries).where(deliveries.c.id == whole))
    connection.execute(delete(alerts).where(alerts.c.id == alert))
    return None


def _parts_of(group: Group, now: datetime) -> Any:
    chosen = select(deliveries.c.id).join(alerts, alerts.c.id == deliveries.c.alert)
    if group.held_for:
        return chosen.where(
            deliveries.c.channel == group.channel,
            alerts.c.rule == group.rule,
            deliveries.c.held_for == group.held_for,
            deliveries.c.next_try <= now,
            *_fresh(now),
        )
    return chosen.where(*_at_once(group.channel, now))


def _fresh(now: datetime) -> tuple[Any, ...]:
    """Nothing of it may have arrived: what may have is sent again by itself, and says so."""
    certain = (deliveries.c.uncertain.is_(False), deliveries.c.parts_sent == 0)
    return (*unclaimed(now), deliveries.c.attempts == 0, *certain)


def _at_once(channel: str, now: datetime) -> tuple[Any, ...]:
    return (
        *unclaimed(now),
        deliveries.c.channel == channel,
        deliveries.c.uncertain.is_(False),
        deliveries.c.parts_sent == 0,
        deliveries.c.held_for == "",
        alerts.c.event != DIGEST,
    )


def parts(connection: Connection, whole: str) -> Parts:
    """What the parts of a delivery say."""
    mine = select(deliveries.c.alert).where(deliveries.c.part_of == whole)
    count, since = connection.execute(
        select(func.count(), func.min(alerts.c.created_at)).where(alerts.c.id.in_(mine))
    ).one()
    told, withdrawn = _moves(connection, whole)
    of_notices = (alerts.c.id.in_(mine), alerts.c.event != MOVE, ~_is_over(), ~_ends_what_is_over(mine))
    notices = connection.scalar(select(func.count()).select_from(alerts).where(*of_notices)) or 0
    shown = select(alerts.c.message).where(*of_notices).order_by(alerts.c.id).limit(MOST_LINES)
    return Parts(
        count=count,
        since=since,
        moves=tuple(told),
        withdrawn=withdrawn,
        notices=tuple(Message.from_json(words) for words in connection.execute(shown).scalars()),
        hidden=max(0, notices - MOST_LINES),
        pages=_pages(connection, mine),
    )


def _moves(connection: Connection, whole: str) -> tuple[list[Move], int]:
    """The moves as they are told, oldest first, and how many others were withdrawn meanwhile."""
    rows = connection.execute(
        select_moves()
        .add_columns(alert_moves.c.before.label("told_before"), alert_moves.c.reason.label("told_reason"))
        .join(alert_moves, alert_moves.c.move == moves.c.id)
        .join(alerts, alerts.c.id == alert_moves.c.alert)
        .join(deliveries, deliveries.c.alert == alerts.c.id)
        .where(deliveries.c.part_of == whole, alerts.c.event == MOVE)
        .order_by(alert_moves.c.alert, moves.c.id)
    ).all()
    told = [_as_told(row) for row in rows if row.status == Status.confirmed.value]
    return told, len({row.id for row in rows if row.status != Status.confirmed.value})


def _as_told(row: Any) -> Move:
    move = move_of(row)
    if row.told_before is None and not row.told_reason:
        return move
    before = move.before if row.told_before is None else row.told_before
    return replace(move, before=before, reason=row.told_reason or move.reason)


def _pages(connection: Connection, mine: Any) -> tuple[tuple[str, str], ...]:
    """The pages that the parts link, one a source."""
    newest = (
        select(func.max(alerts.c.id))
        .where(alerts.c.id.in_(mine), alerts.c.event == MOVE, alerts.c.source.is_not(None))
        .group_by(alerts.c.source)
        .order_by(alerts.c.source)
        .limit(MOST_LINKS // 2)
    )
    ids = list(connection.execute(newest).scalars())
    rows = connection.execute(
        select(alerts.c.source, alerts.c.message).where(alerts.c.id.in_(ids)).order_by(alerts.c.source)
    )
    links = ((row.source, dict(Message.from_json(row.message).links)) for row in rows)
    return tuple((f"page of {source}", link["page"]) for source, link in links if "page" in link)


def say(connection: Connection, whole: str, message: Message) -> None:
    """Give a delivery that was begun its words."""
    alert = select(deliveries.c.alert).where(deliveries.c.id == whole).scalar_subquery()
    connection.execute(
        update(alerts).where(alerts.c.id == alert).values(subject=message.subject, message=message.as_json())
    )


def end_unsaid(connection: Connection, whole: str, words: str, now: datetime) -> None:
    """End a delivery that has nothing left to say, and its parts: it is not sent, and says why."""
    say(connection, whole, Message(words, (words,)))
    connection.execute(
        update(deliveries)
        .where(or_(deliveries.c.id == whole, deliveries.c.part_of == whole))
        .values(state="sent", sent_at=None, last_error=words)
    )
