"""What a site asks of robots, and waiting one's turn at a host."""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from protego import Protego

from tracker.domain.errors import FetchError

KEPT_S = 24 * 3600.0  # how long an answer about robots stands
RETRY_S = 600.0  # how long it stands that there was no answer
DELAY_MAX_S = 30.0  # the longest Crawl-delay that is honoured
ROBOTS_MAX = 512 * 1024  # bytes; RFC 9309 asks for at least 500 KiB
ORIGINS_MAX = 4096
PER_HOST = 4  # requests to one host at a time

_AGENT = re.compile(r"user[\s-]?agent\s*:?\s*(.*)", re.IGNORECASE)
_OF_THE_SITE = re.compile(r"(sitemaps?|site-map|host)\b", re.IGNORECASE)  # belongs to no group


@dataclass(slots=True)
class _Known:
    """What is known of one origin; `rules` are the lines that speak to us."""

    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    until: float = float("-inf")
    rules: str = ""


class Robots:
    """Answers by robots.txt, asking once per origin and day."""

    def __init__(self, user_agent: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = user_agent.partition("/")[0].strip()
        self._clock = clock
        self._known: OrderedDict[Hashable, _Known] = OrderedDict()

    async def delay(self, origin: Hashable, url: str, place: str, ask: Callable[[], Awaitable[str]]) -> float:
        """Seconds between two requests that the site wants; FetchError("robots") if it wants none of `url`.

        `ask` fetches the robots.txt of `origin` and raises FetchError.
        """
        rules = _parsed(await self._rules(origin, ask))
        if not rules.can_fetch(url, self._name):
            raise FetchError(
                "robots", f"robots.txt asks not to read {place} (look.robots = false reads it all the same)"
            )
        return min(rules.crawl_delay(self._name) or 0.0, DELAY_MAX_S)

    async def _rules(self, origin: Hashable, ask: Callable[[], Awaitable[str]]) -> str:
        known = self._known.setdefault(origin, _Known())
        self._known.move_to_end(origin)
        while len(self._known) > ORIGINS_MAX:
            self._known.popitem(last=False)
        async with known.asking:
            if self._clock() >= known.until:
                known.rules, stands = await self._ask(ask)
                known.until = self._clock() + stands
        return known.rules

    async def _ask(self, ask: Callable[[], Awaitable[str]]) -> tuple[str, float]:
        try:
            return addressed(await ask(), self._name), KEPT_S
        except FetchError as error:
            # 4xx: there are no rules. Anything else: no answer, so the page may speak for itself.
            none = error.status is not None and 400 <= error.status < 500
            return "", KEPT_S if none else RETRY_S


def addressed(text: str, name: str) -> str:
    """The groups of a robots.txt that may speak to the robot `name`, and to no other.

    Protego's cost is agents times rules, and some sites (or a hostile one) list thousands of each.
    """
    return "\n".join(_addressed(text.removeprefix("\ufeff"), name.lower()))


def _addressed(text: str, name: str) -> Iterator[str]:
    ours = opening = False  # within a group for us; among the agent lines at its head
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if not line or _OF_THE_SITE.match(line):
            continue
        agent = _AGENT.fullmatch(line)
        if agent is None:
            opening = False
            if ours:
                yield line
            continue
        if not opening:
            ours, opening = False, True
        agent_name = agent[1].strip().lower()
        if agent_name == "*" or (agent_name and agent_name.replace("*", "") in name):
            ours = True
            yield f"User-agent: {agent_name}"


@lru_cache(maxsize=64)
def _parsed(rules: str) -> Protego:
    """A parsed file is some fourteen times larger than its text, so few are kept."""
    return Protego.parse(rules)


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PER_HOST))
    users: int = 0
    last: float = float("-inf")  # when the last request started, or will
    free: float = float("-inf")  # when the next may


class Turns:
    """Spaces the requests to one host, and keeps them few at a time."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, gap: float) -> AsyncIterator[None]:
        """Wait until `gap` seconds after the start of the request before."""
        here = self._hosts.setdefault(host, _Host())
        here.users += 1
        try:
            async with here.slots:
                now = time.monotonic()
                here.last = max(now, here.last + gap)
                here.free = here.last + gap
                if here.last > now:
                    await asyncio.sleep(here.last - now)
                yield
        finally:
            here.users -= 1
            if len(self._hosts) > ORIGINS_MAX:
                self._forget()

    def _forget(self) -> None:
        now = time.monotonic()
        self._hosts = {name: h for name, h in self._hosts.items() if h.users or h.free > now}
