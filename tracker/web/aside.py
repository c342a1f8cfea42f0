"""Questions to the store, beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

READERS = 2  # pages made side by side: the store's connections are there for the looks


class Aside:
    """Runs questions beside the event loop, in a few threads of its own; the others queue."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(READERS, "web")
        self._queued: dict[Callable[[], object], asyncio.Future[object]] = {}

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        asked = partial(question, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._threads, asked)

    async def share(self, question: Callable[[], T]) -> T:
        """As `ask`, but all who ask while it is queued get the one answer: never an older one."""

        def begin() -> T:
            del self._queued[question]  # who asks from here on may know of what this answer does not
            return question()

        waiting = self._queued.get(question)
        if waiting is None:
            waiting = self._queued[question] = asyncio.ensure_future(self.ask(begin))
        return cast(T, await asyncio.shield(waiting))
