"""Questions to the store, beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

READERS = 2  # pages made side by side: the store's connections are there for the looks
MOST_WAITING = 32  # questions at once, of which READERS are answered: a queue is no answer


class Crowded(Exception):
    """Too many questions wait already: ask again in a moment."""


class Aside:
    """Runs questions beside the event loop, in a few threads of its own; the others queue, up to `most`."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most, self._waiting = most, 0
        self._threads = ThreadPoolExecutor(READERS, "web")
        self._queued: dict[Callable[[], object], asyncio.Future[object]] = {}

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the question answers. Raises Crowded."""
        if self._waiting >= self._most:
            raise Crowded
        asked = self._threads.submit(partial(question, *args, **kwargs))
        self._waiting += 1
        loop = asyncio.get_running_loop()

        def answered(_: object) -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self._answered)

        # Who has gone away leaves a question that runs all the same: it counts until it has an answer.
        asked.add_done_callback(answered)
        return await asyncio.wrap_future(asked)

    def _answered(self) -> None:
        self._waiting -= 1

    async def share(self, question: Callable[[], T]) -> T:
        """As `ask`, but all who ask while it is queued get the one answer: never an older one."""

        def begin() -> T:
            del self._queued[question]  # who asks from here on may know of what this answer does not
            return question()

        waiting = self._queued.get(question)
        if waiting is None:
            waiting = self._queued[question] = asyncio.ensure_future(self.ask(begin))
            waiting.add_done_callback(partial(self._ended, question))
        return cast(T, await asyncio.shield(waiting))

    def _ended(self, question: Callable[[], object], waiting: asyncio.Future[object]) -> None:
        """One that was refused never began: who asks next asks anew."""
        if self._queued.get(question) is waiting:
            del self._queued[question]
