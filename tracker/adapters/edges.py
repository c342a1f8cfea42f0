"""What a job touches: handed to it, never looked for."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import scrapers
from scrapers.source import Source
from tracker.adapters.clock import Clock
from tracker.adapters.fetch import Fetcher
from tracker.adapters.store import Connection, Engine
from tracker.adapters.store.engine import asking, trying, writing
from tracker.domain.settings import Settings, SourceSetting

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Edges:
    """The settings, the enabled sources by id, and everything outside this process."""

    settings: Settings
    sources: Mapping[str, Source]
    engine: Engine
    clock: Clock
    fetcher: Fetcher
    readers: str = field(default_factory=lambda: readers_version())
    # One thread at the store: SQLite has one writer anyway, a queue is fairer than its busy wait, and two
    # threads that take turns at the interpreter cost more than they save.
    store: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "store"))
    own: Mapping[str, SourceSetting] = field(init=False)  # what the settings say of a source, by its id

    def __post_init__(self) -> None:
        object.__setattr__(self, "own", {s.id: s for s in self.settings.sources})

    async def write(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function(connection, …)` in one transaction, off the event loop; raises TrackerError."""

        def run() -> T:
            with writing(self.engine) as connection:
                return function(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self.store, run)

    async def try_out(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function(connection, …)` as `write` does, and take back what it wrote; raises TrackerError."""

        def run() -> T:
            with trying(self.engine) as connection:
                return function(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self.store, run)

    async def ask(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function(connection, …)` on one view of the store, off the event loop; raises TrackerError."""

        def run() -> T:
            with asking(self.engine) as connection:
                return function(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self.store, run)


def readers_version() -> str:
    """A hash of the readers: what older readers read well, newer ones read again."""
    digest = hashlib.sha256()
    for file in sorted(Path(scrapers.__path__[0]).rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
