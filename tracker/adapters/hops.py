"""What a fetch carries from address to address: the question, the time that is left, the way on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tracker.adapters.urls import BadUrl, Url, url_of
from tracker.domain.errors import FetchError
from tracker.domain.model import Snapshot

REDIRECTS_MAX = 5
REDIRECTS = frozenset((301, 302, 303, 307, 308))
PERMANENT = frozenset((301, 308))


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a page, at every hop."""

    accept: str
    etag: str = ""
    last_modified: str = ""
    secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca_file: Path | None = None
    for_robots: bool = False

    def lines(self, user_agent: str) -> list[tuple[str, str]]:
        """The request's headers; a source's own take the place of ours, but for the encoding."""
        own = {
            "accept": self.accept,
            "user-agent": user_agent,
            "if-none-match": self.etag,
            "if-modified-since": self.last_modified,
        }
        theirs = [(name, value) for name, value in self.secrets if name.lower() != "accept-encoding"]
        named = {name.lower() for name, _ in theirs}
        ours = [(name, value) for name, value in own.items() if value and name not in named]
        return [*ours, *theirs, ("accept-encoding", "gzip")]


@dataclass(frozen=True, slots=True)
class Moved:
    status: int
    locations: tuple[str, ...]


class Budget:
    """The time that a fetch has, over all its requests."""

    def __init__(self, seconds: float) -> None:
        self.total = self.left = seconds

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """Raises TimeoutError when nothing is left."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self.left):
                yield
        finally:
            self.left -= time.monotonic() - began


def as_reached(page: Snapshot, moved: str) -> Snapshot:
    notes = (f"moved permanently to {moved}", *page.notes) if moved else page.notes
    return replace(page, etag="", last_modified="", notes=notes)


def target_of(url: Url, moved: Moved, ask: Ask) -> Url:
    """Where a redirect leads, if we go there."""
    if len(set(moved.locations)) != 1:
        raise FetchError("bad_redirect", f"{url.place} answers {moved.status} without one place to go to")
    try:
        target = url_of(moved.locations[0], url)
    except BadUrl as error:
        raise FetchError("bad_redirect", f"{url.place} redirects to what {error}") from None
    if (url.scheme, target.scheme) == ("https", "http"):
        raise FetchError("bad_redirect", f"{url.place} redirects from https to http ({target.netloc})")
    if ask.secrets and target.origin != url.origin:
        words = f"{url.place} redirects to {target.netloc}, where this source's headers must not go"
        raise FetchError("bad_redirect", words + "; if it has moved, mend the source's url")
    return target
