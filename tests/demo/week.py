"""Weeks of moves through the whole pipe: what five channels got, against what eight rules say they must get.

`python -m tests.demo.week 2024-05-20 2026-11-15` plays years of them and prints what it came to.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as Time
from itertools import groupby
from pathlib import Path

from sqlalchemy import select

from scrapers.source import Source
from tests.demo import reference
from tests.demo.inboxes import Arrived, Hook, Inbox, Phone, Post, key_of, lines_of
from tests.demo.reference import Key, Moved, Pair
from tests.demo.wanted import LLAMAS, RULES, WATCH, WORKLOAD, own_prices
from tests.jobs.acme import lines, text
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.store import questions
from tracker.adapters.store import sources as states
from tracker.adapters.store.engine import asking, open_store, writing
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.tables import moves as moves_table
from tracker.demo import Demo
from tracker.domain.model import Move, Status
from tracker.domain.settings import Channel, Settings


@dataclass(slots=True)
class Played:
    """What came of it: the moves in the order in which they were confirmed, and each channel's inbox."""

    moves: list[Moved]
    recorded: list[Move]
    inboxes: dict[str, Inbox]
    settings: Settings
    end: datetime

    @property
    def expected(self) -> dict[str, list[reference.Post]]:
        """What must have come by the end; what waits for a later digest is not there yet."""
        found = reference.expected(self.moves, RULES, list(self.inboxes), WATCH)
        return {name: [p for p in posts if p.due < self.end] for name, posts in found.items()}


class Weeks(Demo):
    """The demo with a page of our own beside its market's, and channels that misbehave on some days."""

    def prepare(self, stack: ExitStack) -> None:
        self.clock_at: Callable[[], datetime] = lambda: datetime.combine(self.since, Time(), UTC)
        self.own = stack.enter_context(Pages())
        self.hooks = {name: Hook(self.now) for name in ("team", "program", "second")}
        self.phone, self.post = Phone(self.now), Post(self.now)
        stack.enter_context(self.post)
        for channel in (*self.hooks.values(), self.phone):
            stack.enter_context(channel)
        self.on_day, self.adapt = self._set, self._settings
        self._day = -1
        self._set(self.since)

    def now(self) -> datetime:
        return self.clock_at()

    def _set(self, day: date) -> None:
        """What is so from a day on: our page, who is down (two days of nine), who says 429, who drops one."""
        number = (day - self.since).days
        if number == self._day:
            return
        self._day = number
        self.own.put("/prices", text(own_prices(number)))
        down = "down" if number % 9 in (2, 3) else "ok"
        if self.hooks["team"].mode != down:
            self.hooks["team"].mode = down
        self.hooks["program"].mode = "429" if number % 9 == 5 else "ok"
        if number % 4 == 1:
            self.hooks["second"].script[:] = ["drop"]
            self.hooks["program"].script[:] = [] if number % 9 == 5 else ["drop"]

    def _settings(self, settings: Settings) -> Settings:
        hooks = {n: h.url.removeprefix("http://") for n, h in self.hooks.items()}
        self.settings = replace(
            settings,
            channels=(
                Channel("team", f"{self.hooks['team'].url}/hooks/team"),
                Channel("mail", self.post.url),
                Channel("phone", f"ntfy://{self.phone.url.removeprefix('http://')}/prices"),
                Channel("program", f"json://{hooks['program']}/prices"),
                Channel("second", f"{self.hooks['second'].url}/hooks/second"),
            ),
            rules=RULES,
            watch=WATCH,
            workloads=(WORKLOAD,),
            look=replace(settings.look, allow_private=settings.look.allow_private | {self.own.address}),
        )
        return self.settings

    def _sources(self, shop: str) -> dict[str, Source]:
        found = super()._sources(shop)
        self._opening["acme"] = self.since
        own = Source(self.own.url("/prices"), lines, "acme", timedelta(days=1), id="acme", kind="hosts")
        return found | {"acme": own}

    def _open_later(self, edges: Edges) -> None:
        self.clock_at = edges.clock.now
        super()._open_later(edges)
        with writing(edges.engine) as connection:  # after the others, whose looks tell the day
            at = datetime.combine(self.since, Time(6, 31), UTC)
            states.set_to(connection, "acme", due=at)


def play(since: date, until: date, folder: Path) -> Played:
    """Play the days; the store stays in `folder`."""
    with ExitStack() as stack:
        weeks = Weeks(since, until, speed=1e6)
        weeks.prepare(stack)
        asyncio.run(weeks.run(folder))
        inboxes = {
            "team": weeks.hooks["team"].inbox,
            "mail": weeks.post.inbox,
            "phone": weeks.phone.inbox,
            "program": weeks.hooks["program"].inbox,
            "second": weeks.hooks["second"].inbox,
        }
    engine = open_store(weeks.settings.database_url)
    with asking(engine) as connection:
        found = [m for m in questions.find_moves(connection, Filters()) if m.status is Status.confirmed]
        confirmed = {row.id: row.status_at for row in connection.execute(select(moves_table))}
    engine.dispose()
    moves = [_moved(m, confirmed[m.id]) for m in reversed(found)]
    moves.sort(key=lambda m: m.at)
    end = datetime.combine(until + timedelta(days=1), Time(), UTC)
    return Played(moves, found, inboxes, weeks.settings, end)


def _moved(m: Move, at: datetime) -> Moved:
    s = m.series
    said = (s.terms.tier, s.terms.context and f"context {s.terms.context}", s.terms.window, s.terms.region)
    line = (s.provider, s.model, s.meter, ", ".join(filter(None, said)))
    kind = "hosts" if s.provider == "acme" else "providers"
    maker = "meta" if s.model.startswith(LLAMAS) else s.provider
    return Moved(at, m.source, kind, line, s.terms.tier, maker, m.event, m.before, m.after)


def told(arrived: Arrived, known: set[Key]) -> dict[Key, Pair]:
    return {key_of(line, known): (line.before, line.after) for line in lines_of(arrived.text)}


def problems(played: Played) -> list[str]:
    """Where the inboxes are not what they must be."""
    found: list[str] = []
    known = {m.line for m in played.moves}
    for name, posts in played.expected.items():
        got = _once(played.inboxes[name].arrived, known, name, found)
        place = 0
        for due, together in groupby(posts, key=lambda p: p.due):  # of one moment no order is promised
            must = reference.in_order((due, p.lines) for p in together)
            came = got[place : place + len(must)]
            place += len(must)
            says = reference.in_order((due, lines) for _, lines in came)
            if says != must:
                found.append(f"{name}: must be {must}, is {came}")
                break
            found += [f"{name}: due {due}, came {at}" for at, _ in came if at < due]
        else:
            found += [f"{name}: nobody asked for {lines}" for _, lines in got[place:]]
    return found


def _once(
    arrived: Sequence[Arrived], known: set[Key], name: str, found: list[str]
) -> list[tuple[datetime, dict[Key, Pair]]]:
    """The messages that tell prices, each once; `found` gets what is wrong about repeats."""
    got: list[tuple[datetime, dict[Key, Pair]]] = []
    seen: dict[str, dict[Key, Pair]] = {}
    for one in arrived:
        lines = told(one, known)
        if not lines:
            continue  # a notice
        if one.id not in seen:
            got.append((one.at, lines))
        if one.is_marked != (one.id in seen):
            found.append(f"{name}: {one.id} is {'marked' if one.is_marked else 'not marked'} as a repeat")
        if seen.setdefault(one.id, lines) != lines:
            found.append(f"{name}: a repeat that says something else: {lines}")
    return got


def main() -> None:
    since, until = (date.fromisoformat(word) for word in sys.argv[1:3])
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="weeks-") as folder:
        played = play(since, until, Path(folder))
    print(f"{(until - since).days + 1} days, {len(played.moves)} moves, {time.monotonic() - begun:.0f} s")
    for name, posts in played.expected.items():
        inbox = played.inboxes[name]
        marked = sum(a.is_marked for a in inbox.arrived)
        print(
            f"{name}: {len(posts)} messages of {sum(len(p.lines) for p in posts)} prices must come; "
            f"{inbox.tried} tries, {len(inbox.arrived)} arrived, {marked} marked as repeats"
        )
    print("\n".join(problems(played)) or "every inbox is exactly what its rules say")


if __name__ == "__main__":
    main()
