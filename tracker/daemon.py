"""Runs on: looks, deliveries and the page in one process, each turn started by what the store says is due."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from tracker.adapters.edges import Edges
from tracker.adapters.notify import send as send_by_apprise
from tracker.adapters.store import outbox, verdicts
from tracker.adapters.store import sources as states
from tracker.adapters.store.lock import Lock, beat
from tracker.check import look
from tracker.deliver import Send, deliver_to, due, enrol
from tracker.domain import outcry
from tracker.domain.alerts import Message
from tracker.domain.errors import Busy, RowRefused, SendError, TrackerError
from tracker.domain.outcry import CRY_AFTER_S, Outcry
from tracker.domain.settings import Channel
from tracker.domain.troubles import Troubles
from tracker.judge import Judged, judge
from tracker.overdue import tell_stale
from tracker.record import Looked
from tracker.reread import reread_standing
from tracker.web.app import make_app
from tracker.web.own import Own
from tracker.web.server import Server

log = structlog.get_logger()
Turn = Callable[[], Awaitable[object]]
OWNER = "daemon"
TICK_S = 0.5  # how often the store is asked what is due
BEAT_S = 10.0
OVERDUE_S = 60.0  # how often it is asked which sources nobody saw well for too long
JUDGE_AFTER_S = 3.0  # after the start: what is due is looked at first
DRAIN_S = 6.0  # what runs when the tracker is stopped has this long to end; 8 s are promised


@dataclass(slots=True)
class Daemon:
    """`run` returns when it was asked to stop and everything under way has ended."""

    edges: Edges
    lock: Lock
    send: Send = send_by_apprise
    reload: Callable[[Edges], Edges] = lambda edges: edges
    on_look: Callable[[Looked], None] = lambda _: None
    on_verdict: Callable[[Judged], None] = lambda _: None
    tick_s: float = TICK_S
    judge_after_s: float = JUDGE_AFTER_S
    cry_after_s: float = CRY_AFTER_S
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    failure: TrackerError | None = None  # why it stopped by itself
    _looks: dict[str, asyncio.Task[None]] = field(default_factory=dict)  # under way, by source
    _sends: dict[str, asyncio.Task[None]] = field(default_factory=dict)  # under way, by channel
    _turns: set[asyncio.Task[Any]] = field(default_factory=set)  # of the scheduler's, under way
    _reread: set[str] = field(default_factory=set)  # what present readers have read, or read again
    _judged: object = None  # what the last verdicts rest on, and their day
    _begun: float = field(default_factory=time.monotonic)
    _started_at: datetime | None = None
    _troubles: Troubles = field(default_factory=Troubles)
    _outcry: Outcry = field(default_factory=Outcry)
    _cries: set[asyncio.Task[None]] = field(default_factory=set)  # under way
    _is_shut: bool = False  # the store refused something: it has to take a row before anything else is begun

    async def run(self, listener: socket.socket | None) -> None:
        """Serve until stopped. Raises TrackerError if it cannot begin, or loses its store to another."""
        self._started_at = self.edges.clock.now()
        self._outcry.after_s = self.cry_after_s
        await self._begin()
        server = self._server() if listener else None
        serving = asyncio.create_task(server.serve(sockets=[listener])) if server and listener else None
        scheduler = self._schedule()
        await self.stopping.wait()
        scheduler.pause()  # its shutdown cuts off what runs: that has to end first
        await self._drain()
        scheduler.shutdown(wait=False)
        if server and serving:
            server.should_exit = True
            await serving
        await self.edges.fetcher.aclose()
        if self.failure:
            raise self.failure

    def stop(self) -> None:
        """Ask it to end."""
        if not self.stopping.is_set():
            log.info("daemon.stopping", looks=len(self._looks))
            self.stopping.set()

    def _stop_the_process(self) -> None:
        """End in the time that is promised: what still hangs then is cut off, and done again next time."""
        self.stop()
        cut = threading.Timer(DRAIN_S + 1.5, os._exit, [0])
        cut.daemon = True
        cut.start()

    async def _begin(self) -> None:
        now = self.edges.clock.now()
        await self.edges.write(states.register, self.edges.sources.values(), now)
        freed = await self.edges.write(outbox.release, OWNER, now)
        await enrol(self.edges)
        await self._end_orphans(self.edges)
        await self._beat()
        log.info("daemon.started", sources=len(self.edges.sources), freed=freed)

    async def _end_orphans(self, edges: Edges) -> None:
        if count := await edges.write(outbox.end_orphans, edges.settings.channel_names):
            log.warning("daemon.orphans", alerts=count, words="their channels are not set any more")

    def _schedule(self) -> AsyncIOScheduler:
        """Only the beat of it is here; what is due is always read from the store, so nothing is forgotten."""
        always = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=always)
        turns: dict[str, tuple[float, Turn]] = {
            "look": (self.tick_s, self._start_looks),
            "deliver": (self.tick_s, self._start_sends),
            "beat": (BEAT_S, self._beat),
            "overdue": (OVERDUE_S, self._tell_stale),
            "judge": (self.tick_s, self._judge),
            "cry": (1.0, self._cry_out),
        }
        for name, (seconds, turn) in turns.items():
            now = datetime.now().astimezone()
            scheduler.add_job(
                self._turn, "interval", [name, turn], id=name, seconds=seconds, next_run_time=now
            )
        scheduler.start()
        return scheduler

    async def _turn(self, name: str, turn: Turn) -> None:
        """One turn of one job: whatever happens in it, the next one comes."""
        task = asyncio.current_task()
        assert task is not None
        self._turns.add(task)
        try:
            await turn()
        except TrackerError as e:
            self._troubled(name, str(e), is_of_store=not isinstance(e, RowRefused))
        except Exception as e:
            self._troubled(name, f"{name} failed: {type(e).__name__}")
            log.exception("daemon.turn_failed", turn=name)
        else:
            self._went_well({name})
        finally:
            self._turns.discard(task)

    def _troubled(self, turn: str, words: str, *, is_of_store: bool = False) -> None:
        self._is_shut = True
        if self._troubles.add(turn, words, time.monotonic(), is_of_store=is_of_store):
            log.error("daemon.trouble", turn=turn, words=words)

    def _went_well(self, turns: set[str]) -> None:
        if self._troubles.end(turns):
            log.info("daemon.well_again")

    async def _cry_out(self) -> None:
        """Tell of a store that cannot be written on every channel: the outbox cannot be used for that."""
        words, base_url = self._troubles.words_of_store, self.edges.settings.base_url
        news = self._outcry.news(words, time.monotonic())
        if not news:
            return
        message = outcry.over_message(base_url) if news == "over" else outcry.trouble_message(words, base_url)
        for channel in self.edges.settings.channels:
            cry = asyncio.create_task(self._tell(channel, message))
            self._cries.add(cry)
            cry.add_done_callback(self._cries.discard)

    async def _tell(self, channel: Channel, message: Message) -> None:
        """Send a message that is kept nowhere, once; it has the end that every send has."""
        try:
            await self.send(channel, message, f"told-{uuid.uuid4()}")
        except SendError as e:
            log.error("daemon.not_told", channel=channel.name, words=e.words)
        else:
            log.warning("daemon.told", channel=channel.name, subject=message.subject)

    async def _start_looks(self) -> None:
        """Start what is due, as far as there are free places; a slow source holds up nobody but itself."""
        await self._hold()
        if self._is_shut and not self.stopping.is_set():
            await self._try_the_store()
        free = self.edges.settings.look.concurrency - len(self._looks)
        if free <= 0 or self.stopping.is_set():
            return
        resting = self._troubles.resting(time.monotonic())
        ids = [id for id in self.edges.sources if id not in self._looks and f"look {id}" not in resting]
        due = await self.edges.ask(states.due, ids, self.edges.clock.now(), free)
        for id in filter(self.edges.sources.__contains__, due):  # it may have read new settings meanwhile
            self._start(self._looks, id, f"look {id}", partial(self._look, self.edges, id))
        if not due and not self._looks and not self._sends:
            await self._rest()

    async def _start_sends(self) -> None:
        if self._is_shut or self.stopping.is_set():
            return
        waiting = await due(self.edges)
        for channel in self.edges.settings.channels:
            ids = waiting.get(channel.name)
            if ids and channel.name not in self._sends:
                send = partial(deliver_to, self.edges, channel, ids, OWNER, self.send)
                self._start(self._sends, channel.name, f"deliver {channel.name}", send)

    def _start(self, under_way: dict[str, asyncio.Task[None]], key: str, name: str, turn: Turn) -> None:
        task = under_way[key] = asyncio.create_task(self._turn(name, turn))
        task.add_done_callback(lambda _: under_way.pop(key, None))

    async def _look(self, edges: Edges, id: str) -> None:
        if id not in self._reread:  # other readers, or other settings, may have read it last
            await reread_standing(edges, [id])
            self._reread.add(id)
        self.on_look(await look(edges, edges.sources[id]))

    async def _judge(self) -> None:
        """Judge once a day, and whenever something was recorded that a verdict may rest on."""
        early = time.monotonic() - self._begun < self.judge_after_s
        if early or self._is_shut or self.stopping.is_set():
            return
        now = await self.edges.ask(verdicts.newest_event), self.edges.clock.now().date()
        if now != self._judged:
            for changed in await judge(self.edges):
                self.on_verdict(changed)
            self._judged = now

    async def _try_the_store(self) -> None:
        """After trouble nothing is begun until the store takes a row; a look may need more room than that."""
        await asyncio.sleep(1)
        await self._beat()
        self._is_shut = False
        self._went_well(self._troubles.turns - {f"look {id}" for id in self.edges.sources})

    async def _rest(self) -> None:
        """Nothing is under way: a clock that can jump may go on to the next thing that is due."""
        coming = [
            await self.edges.ask(states.next_due, list(self.edges.sources)),
            await self.edges.ask(outbox.next_try, self.edges.settings.channel_names),
        ]
        self.edges.clock.idle(min((m for m in coming if m), default=None))

    async def _hold(self) -> None:
        """Make sure that no other tracker took the store over: two would look at every page."""
        if not await asyncio.to_thread(self.lock.held):
            self.failure = Busy("another tracker took this store over while it could not be reached")
            self.stop()

    async def _tell_stale(self) -> None:
        assert self._started_at is not None
        if self._is_shut or self.stopping.is_set():
            return
        edges, now = self.edges, self.edges.clock.now()
        told = await edges.write(tell_stale, edges.settings, edges.sources, self._started_at, now)
        if told:
            log.warning("daemon.stale", sources=told)

    async def _beat(self) -> None:
        assert self._started_at is not None
        await self.edges.write(beat, self._started_at, self.edges.clock.now())

    async def _drain(self) -> None:
        await asyncio.sleep(0)  # what the scheduler began just now is under way, too
        under_way = self._turns | {*self._looks.values(), *self._sends.values()} | self._cries
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=DRAIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _server(self) -> Server:
        engine, now = self.edges.engine, self.edges.clock.now
        return Server(
            make_app(
                engine,
                lambda: self.edges.sources,
                now=now,
                trouble=lambda: self._troubles.words,
                token=lambda: self.edges.settings.api_token,
                base_url=lambda: self.edges.settings.base_url,
                own=lambda: Own(self.edges.settings.workloads, self.edges.settings.claims),
            )
        )

    def listen_to_signals(self) -> None:
        """SIGTERM and SIGINT stop, SIGHUP reads the settings again."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop_the_process)
        loop.add_signal_handler(signal.SIGHUP, self._reload)

    def _reload(self) -> None:
        """Take new settings for what starts from now on; bad ones are told and the old ones stay."""
        try:
            fresh = self.reload(self.edges)
        except TrackerError as e:
            log.error("daemon.reload_refused", problems=str(e).splitlines())
            return
        self._start(self._sends, "", "reload", partial(self._use, fresh))

    async def _use(self, fresh: Edges) -> None:
        await fresh.write(states.register, fresh.sources.values(), fresh.clock.now())
        await self._end_orphans(fresh)
        await enrol(fresh)
        old, self.edges = self.edges, fresh
        self._reread.clear()
        self._judged = None
        log.info("daemon.reloaded", sources=len(fresh.sources))
        if self._looks:
            await asyncio.wait(self._looks.values())
            await self._end_orphans(self.edges)  # looks that were under way told the channels of before
        await old.fetcher.aclose()
