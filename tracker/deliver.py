"""Sends what waits in the outbox: at least once, each channel on its own."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from tracker.adapters.edges import Edges
from tracker.adapters.notify import send, takes_pictures
from tracker.adapters.store import Connection, channels, gathered, outbox
from tracker.announce import announce_notices
from tracker.context import context_of
from tracker.domain import channel_trouble
from tracker.domain.alerts import Message, backoff
from tracker.domain.digests import LATE, STORM, digest_of, net
from tracker.domain.errors import SendError, TrackerError
from tracker.domain.settings import Channel, Settings
from tracker.picture import picture_of

log = structlog.get_logger()
DOWN_AFTER = 2
LEAST_TRIES = 5  # before a message is given up for its age: one that was made to wait again has them anew
SETTLE_EVERY = timedelta(seconds=1)
NOTHING_LEFT = "not sent: all that it told was withdrawn before it was due"


class Send(Protocol):
    """The notify adapter's `send`, or what a test or the demo puts in its place. Raises SendError."""

    async def __call__(
        self,
        channel: Channel,
        message: Message,
        delivery_id: str,
        *,
        repeat: bool = False,
        late: datetime | None = None,
        skip: int = 0,
        picture: bytes | None = None,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one pass over the outbox came to."""

    sent: int = 0
    failed: int = 0
    asked_to_wait: bool = False  # the service named a time before which it wants nothing

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(self.sent + other.sent, self.failed + other.failed)


async def deliver(edges: Edges, *, owner: str, send: Send = send) -> Delivered:
    """Try every delivery that is due, once; channels side by side, each in order. Raises TrackerError."""
    done = Delivered()
    await enrol(edges)
    while waiting := await due(edges):
        wanted = [c for c in edges.settings.channels if c.name in waiting]
        passed = await asyncio.gather(*(deliver_to(edges, c, waiting[c.name], owner, send) for c in wanted))
        done += sum(passed, Delivered())
        if not any(one.sent for one in passed):  # else more may be due: see `deliver_to`
            break
    return done


async def enrol(edges: Edges) -> None:
    """Note the channels that are set: what moved before one was set is no news to it."""
    await edges.write(channels.enrol, edges.settings.channel_names, edges.clock.now())


async def due(edges: Edges) -> dict[str, list[str]]:
    """The deliveries that may be tried now, by channel, once what is told as one is gathered."""
    now, settings = edges.clock.now(), edges.settings
    if await edges.ask(gathered.due, settings.channel_names, now):
        await edges.write(gather, settings, now)
    return await edges.ask(outbox.waiting, now)


def gather(connection: Connection, settings: Settings, now: datetime) -> int:
    """Make one delivery of each digest, quiet time and storm that is due; how many. One transaction."""
    count = 0
    for group in gathered.due(connection, settings.channel_names, now):
        whole = gathered.begin(connection, group, now)
        if whole is None:
            continue
        parts = gathered.parts(connection, whole)
        came = net(parts.moves)
        beside = context_of(connection, settings, came.moves, at=now)
        message = digest_of(
            parts,
            came,
            is_storm=not group.held_for,
            now=now,
            base_url=settings.base_url,
            notes=beside.notes,
            links=beside.links,
        )
        if message:
            gathered.say(connection, whole, message)
        else:
            gathered.end_unsaid(connection, whole, NOTHING_LEFT, now)
        log.info("deliver.gathered", channel=group.channel, rule=group.rule, messages=parts.count)
        count += 1
    return count


async def deliver_to(
    edges: Edges, channel: Channel, waiting: Sequence[str], owner: str, send: Send = send
) -> Delivered:
    """Try these deliveries of one channel, in order, until it turns out to be down.

    One that fails may be the message's fault; after DOWN_AFTER in a row the newest is tried, and if that
    fails too it is the channel's, and the rest would only fail in turn. A service that asks to wait is left
    alone at once. Once one got through and a storm still waits, that is to be told as one first.
    """
    done, failed, queue = Delivered(), 0, deque(waiting)
    while queue:
        id = queue.pop() if failed == DOWN_AFTER else queue.popleft()
        tried = await _try(edges, channel, id, owner, send)
        if tried is None:
            continue
        done += tried
        failed = failed + 1 if tried.failed else 0
        if failed > DOWN_AFTER or tried.asked_to_wait or (tried.sent and len(queue) > STORM):
            break
    return done


async def _try(edges: Edges, channel: Channel, id: str, owner: str, send: Send) -> Delivered | None:
    """Send one delivery; None if another tracker has it."""
    delivery = await edges.write(outbox.claim, id, owner, edges.clock.now())
    if delivery is None:
        return None
    try:
        await send(
            channel,
            delivery.message,
            delivery.id,
            repeat=delivery.uncertain,
            late=_late(delivery, edges.clock.now()),
            skip=delivery.parts_sent,
            picture=await _picture(edges, channel, delivery),
        )
    except SendError as e:
        await _not_sent(edges, delivery, owner, e)
        return Delivered(failed=1, asked_to_wait=bool(e.retry_after) and not e.permanent)
    now = edges.clock.now()
    await _settle(edges, delivery, owner, state="sent", sent_at=now, last_error="")
    log.info("deliver.sent", channel=channel.name, delivery=id, maybe_again=delivery.uncertain)
    return Delivered(sent=1)


def _late(delivery: outbox.Delivery, now: datetime) -> datetime | None:
    """When a message was written that leaves so much later that its news is old."""
    return delivery.written if delivery.written and now - delivery.written > LATE else None


async def _picture(edges: Edges, channel: Channel, delivery: outbox.Delivery) -> bytes | None:
    """The chart of the biggest move, where the channel shows pictures and nothing of the message arrived."""
    if delivery.parts_sent or not delivery.message.table or not takes_pictures(channel):
        return None
    try:
        return await picture_of(edges, delivery.alert)
    except TrackerError as e:  # the store is in trouble; the message has been read already
        log.warning("deliver.no_picture", delivery=delivery.id, words=str(e))
        return None


async def _not_sent(edges: Edges, delivery: outbox.Delivery, owner: str, error: SendError) -> None:
    now = edges.clock.now()
    wait = max(backoff(delivery.attempts, random.random()), error.retry_after or backoff(0, 0))  # noqa: S311
    expired = now >= delivery.expires and delivery.attempts >= LEAST_TRIES
    words = f"given up after {outbox.EXPIRY.days} days: {error.words}" if expired else error.words
    state = "dead" if error.permanent or expired else "waiting"
    await _settle(
        edges,
        delivery,
        owner,
        state=state,
        next_try=now + wait,
        last_error=words,
        uncertain=delivery.uncertain or error.uncertain,
        parts_sent=max(delivery.parts_sent, error.arrived),
    )
    log.warning("deliver.failed", channel=delivery.channel, delivery=delivery.id, state=state, words=words)


async def _settle(edges: Edges, delivery: outbox.Delivery, owner: str, **columns: Any) -> None:
    """Write how a try ended. While the store refuses it, ask again as long as the claim holds.

    What is not written is sent twice. Raises TrackerError.
    """
    until = edges.clock.now() + outbox.LEASE - SETTLE_EVERY
    while True:
        now = edges.clock.now()
        try:
            await edges.write(settle, edges.settings, delivery, owner, now, **columns)
            return
        except TrackerError:
            if now >= until:
                raise
        await edges.clock.sleep_until(edges.clock.now() + SETTLE_EVERY)


def settle(
    connection: Connection,
    settings: Settings,
    delivery: outbox.Delivery,
    owner: str,
    now: datetime,
    /,
    **columns: Any,
) -> None:
    """End a try; where its channel is in trouble by it, or well again, the other channels are told.

    A channel is never told of itself, so two that are both down write one notice each, and no more.
    """
    if not outbox.settle(connection, delivery.id, owner=owner, **columns):
        return
    name, state, words = delivery.channel, columns["state"], columns["last_error"]
    before, is_well = channels.standing(connection, name), state == "sent"
    after, tell = (
        channel_trouble.well(before)
        if is_well
        else channel_trouble.failed(before, words, now, is_dead=state == "dead")
    )
    if after != before:
        channels.set_standing(connection, name, after)
    if tell:
        since = after.failing_since or now
        notice = (
            channel_trouble.up_notice(name, settings.base_url)
            if is_well
            else channel_trouble.down_notice(name, words, since, settings.base_url)
        )
        log.warning("deliver.channel", channel=name, words=notice.message.subject)
        announce_notices(connection, settings, [notice], source=None, now=now, but={name})
