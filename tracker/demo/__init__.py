"""The whole pipe at work: a loopback market, the real daemon on a fast clock, a loopback inbox."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import scrapers.catalog
from scrapers.generic import generic
from scrapers.source import Source
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.store import questions
from tracker.adapters.store import sources as states
from tracker.adapters.store.engine import asking, open_store, writing
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.lock import sole
from tracker.adapters.store.migrate import migrate
from tracker.daemon import Daemon
from tracker.demo import market
from tracker.demo.clock import FastClock
from tracker.demo.inbox import inbox
from tracker.demo.server import ARTICLE
from tracker.demo.server import market as serve
from tracker.domain.days import start_of
from tracker.domain.model import Move, Status
from tracker.domain.settings import Channel, Look, Settings

OWN_READERS = ("openai", "anthropic", "deepseek")  # the others' pages are read by the generic reader
TICK_S = 0.01


@dataclass(frozen=True, slots=True)
class Result:
    """What a run of the demo came to."""

    looks: int
    messages: int
    found: tuple[Move, ...]
    missed: tuple[market.ExpectedMove, ...]
    invented: tuple[Move, ...]

    @property
    def is_right(self) -> bool:
        return not self.missed and not self.invented


@dataclass(slots=True)
class Demo:
    """One run: `on_day` is called as the simulated day goes on, `on_message` with each alert."""

    since: date
    until: date
    speed: float  # simulated days a second, at most
    seed: int = 0
    on_day: Callable[[date], None] = lambda _: None
    on_message: Callable[[date, str], None] = lambda _, __: None
    on_page: Callable[[str], None] = lambda _: None
    adapt: Callable[[Settings], Settings] = lambda settings: (
        settings
    )  # other channels and rules than the demo's
    _looks: int = 0
    _messages: int = 0
    _opening: dict[str, date] = field(default_factory=dict)

    async def run(self, folder: Path | None = None) -> Result:
        """Play the days from `since` to `until`; the store lies in `folder`, or nowhere after the end."""
        async with AsyncExitStack() as stack:
            if folder is None:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tracker-demo-")))
            clock = FastClock(start_of(self.since), start_of(self.until + timedelta(days=1)), self.speed)
            shop = await stack.enter_async_context(serve(lambda: clock.now().date(), self.seed))
            box = await stack.enter_async_context(inbox(lambda text: self._take(clock, text)))
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            page = f"http://127.0.0.1:{listener.getsockname()[1]}"
            settings = self.adapt(_settings(folder, shop, box, page))
            engine = open_store(settings.database_url)
            migrate(engine)
            fetcher = Fetcher(settings.look, now=clock.now)
            edges = Edges(settings, self._sources(shop), engine, clock, fetcher)
            with sole(engine, settings.database_url) as lock:
                daemon = Daemon(
                    edges, lock, on_look=lambda _: self._note(clock), tick_s=TICK_S, judge_after_s=0
                )
                clock.on_end = daemon.stop
                self._open_later(edges)
                self.on_page(page)
                await daemon.run(listener)
            with asking(engine) as connection:
                moves = questions.find_moves(connection, Filters())
            engine.dispose()
        return self._result(moves)

    def _sources(self, shop: str) -> dict[str, Source]:
        """The market's pages, read by the readers that ship; its early pages are smaller than today's."""
        shipped = scrapers.catalog.sources()
        found = {}
        for id in market.providers():
            reader = shipped[id].reader if id in OWN_READERS else generic
            accept = shipped[id].accept if id in OWN_READERS else "text/html"
            self._opening[id] = max(self.since, market.days_of_change(id)[0])
            url = f"{shop}/{id}/pricing"
            found[id] = Source(url, reader, id, timedelta(days=1), accept, id=id, kind="providers")
        feed = shipped["wheresyoured"]
        self._opening["wheresyoured"] = max(self.since, ARTICLE[2].date())
        found[feed.id] = Source(
            f"{shop}/feed", feed.reader, every=timedelta(days=1), id=feed.id, kind="feeds"
        )
        return {id: s for id, s in found.items() if self._opening[id] <= self.until}

    def _open_later(self, edges: Edges) -> None:
        """A page that does not exist yet is not looked at yet."""
        with writing(edges.engine) as connection:
            states.register(connection, edges.sources.values(), edges.clock.now())
            for id in edges.sources:
                states.set_to(connection, id, due=start_of(self._opening[id]) + timedelta(hours=6))

    def _note(self, clock: FastClock) -> None:
        self._looks += 1
        self.on_day(clock.now().date())

    def _take(self, clock: FastClock, text: str) -> None:
        self._messages += 1
        self.on_message(clock.now().date(), text)

    def _result(self, moves: list[Move]) -> Result:
        """What was found against what the facts say: a move by its line, its day and its prices."""
        expected = {
            _key(e.day, e.provider, e.model, e.meter, e.terms.tier, e.before, e.after): e
            for e in market.expected_moves(self.since, self.until)
        }
        found = {
            _key(
                m.at.date(),
                m.series.provider,
                m.model,
                m.series.meter,
                m.series.terms.tier,
                m.before,
                m.after,
            ): m
            for m in moves
            if m.status is not Status.withdrawn
        }
        return Result(
            looks=self._looks,
            messages=self._messages,
            found=tuple(m for key, m in found.items() if key in expected),
            missed=tuple(e for key, e in expected.items() if key not in found),
            invented=tuple(m for key, m in found.items() if key not in expected),
        )


def _key(day: date, *words: object) -> tuple[object, ...]:
    return (day, *(str(w).casefold() for w in words[:-2]), *words[-2:])


def _settings(folder: Path, shop: str, box: str, page: str) -> Settings:
    address = shop.removeprefix("http://")
    look = Look(pace=timedelta(0), allow_private=frozenset({address}), robots=False)
    return Settings(
        database_url=f"sqlite:///{folder}/demo.db",
        data_dir=folder,
        base_url=page,
        channels=(Channel("inbox", box),),
        look=look,
    )
