"""Moves told by rules, without pages: each is written as a look would write it, and announced."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection, Engine, update

from scrapers.page import STANDARD
from scrapers.source import Source
from tests.jobs.acme import Clock, lines
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.store import moves, outbox, sources
from tracker.adapters.store.engine import writing
from tracker.adapters.store.series import series_ids
from tracker.adapters.store.tables import moves as table
from tracker.announce import announce_moves, announce_notices
from tracker.deliver import Delivered, deliver
from tracker.domain.alerts import Message
from tracker.domain.errors import SendError
from tracker.domain.model import Move, Series, Status
from tracker.domain.notices import Notice
from tracker.domain.settings import Channel, Look, Rule, Settings


@dataclass
class Post:
    """What carries messages: nobody answers on channels that are `down`, `refuses` refuse for good."""

    down: set[str] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)
    sent: list[tuple[str, Message]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    pictures: list[bytes | None] = field(default_factory=list)
    repeats: int = 0

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
    ) -> None:
        if channel.name in self.down | self.refuses:
            permanent = channel.name in self.refuses
            raise SendError(f"channel {channel.name}: nobody answers", permanent=permanent)
        self.sent.append((channel.name, message))
        self.ids.append(delivery_id)
        self.pictures.append(picture)
        self.repeats += repeat

    def subjects(self, channel: str = "team") -> list[str]:
        return [message.subject for name, message in self.sent if name == channel]


class Told:
    """A tracker without pages: `told.move("o3", 10, 2)`, `told.deliver()`."""

    def __init__(
        self, engine: Engine, *rules: Rule, channels: Sequence[str] = ("team",), at: str = "http"
    ) -> None:
        self.clock, self.post, self.engine = Clock(), Post(), engine
        known = tuple(Channel(name, f"{at}://127.0.0.1:9/") for name in channels)
        settings = Settings("", Path(), channels=known, rules=rules)
        source = Source("https://acme.example/prices", lines, id="acme", kind="providers")
        fetcher = Fetcher(Look(), now=self.clock.now)
        self.edges = Edges(settings, {"acme": source}, engine, self.clock, fetcher, readers="1")
        with writing(engine) as connection:
            sources.register(connection, [source], self.clock.now())

    def move(self, model: str, before: object, after: object, meter: str = "input_mtok") -> Move:
        return self.moves([(model, before, after)], meter)[0]

    def moves(
        self, changes: Sequence[tuple[str, object, object]], meter: str = "input_mtok", source: str = "acme"
    ) -> list[Move]:
        """Confirmed moves of one look, and their alerts."""
        with writing(self.engine) as connection:
            found = [
                Move(
                    Series("acme", model, meter, STANDARD, "USD"),
                    Decimal(str(before)),
                    Decimal(str(after)),
                    at=self.clock.now(),
                    recorded_at=self.clock.now(),
                    status=Status.confirmed,
                    reason="confirmed by a second look",
                    event="list_cut" if Decimal(str(after)) < Decimal(str(before)) else "list_rise",
                    source=source,
                )
                for model, before, after in changes
            ]
            ids = series_ids(connection, {m.series for m in found})
            found = [
                replace(m, id=moves.insert(connection, m, ids[m.series.key], source, None)) for m in found
            ]
            self.announce(connection, found)
        return found

    def announce(self, connection: Connection, found: Sequence[Move]) -> None:
        announce_moves(
            connection,
            self.edges.settings,
            found,
            source="acme",
            kind="providers",
            page_url="https://acme.example/prices",
            now=self.clock.now(),
        )

    def notice(self, subject: str, event: str = "source") -> None:
        message = Message(subject, (f"{subject}, it seems.",), (("more", "https://acme.example/more"),))
        with writing(self.engine) as connection:
            announce_notices(
                connection,
                self.edges.settings,
                [Notice(event, "acme", message)],
                source="acme",
                now=self.clock.now(),
            )

    def withdraw(self, move: Move) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                update(table).where(table.c.id == move.id).values(status=Status.withdrawn.value)
            )

    def deliver(self, at: datetime | None = None) -> Delivered:
        if at:
            self.clock.at = at
        return asyncio.run(deliver(self.edges, owner="daemon", send=self.post))

    def restart(self) -> None:
        """What a daemon does as it begins."""
        with writing(self.engine) as connection:
            outbox.release(connection, "daemon", self.clock.now())
