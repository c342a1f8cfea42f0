"""Fetching in tests: from our own loopback servers, with short patience."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.loopback.raw import Loopback
from tracker.adapters.addresses import Resolver, system_resolver
from tracker.adapters.fetch import Fetcher
from tracker.domain.errors import FetchError
from tracker.domain.model import NotModified, Snapshot
from tracker.domain.settings import Look

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def look_at(
    *servers: Loopback | str,
    pace: float = 0,
    timeout: float = 2,
    deadline: float = 5,
    robots: bool = False,
    **more: Any,
) -> Look:
    """Settings that let these servers through, or these "host:port"."""
    return Look(
        pace=timedelta(seconds=pace),
        timeout=timedelta(seconds=timeout),
        deadline=timedelta(seconds=deadline),
        robots=robots,
        allow_private=frozenset(s if isinstance(s, str) else s.peer for s in servers),
        **more,
    )


def fetch_all(
    look: Look,
    urls: Sequence[str],
    *,
    resolve: Resolver = system_resolver,
    at_once: bool = False,
    **question: Any,
) -> list[Snapshot | NotModified | FetchError]:
    """Everything that one fetcher answers, errors included."""

    async def run() -> list[Any]:
        fetcher = Fetcher(look, now=lambda: NOW, resolve=resolve)
        try:
            looks = [fetcher.get(url, **question) for url in urls]
            if at_once:
                return await asyncio.gather(*looks, return_exceptions=True)
            return [(await asyncio.gather(one, return_exceptions=True))[0] for one in looks]
        finally:
            await fetcher.aclose()

    answers = asyncio.run(run())
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, FetchError):
            raise answer
    return answers


def fetch(look: Look, url: str, **question: Any) -> Snapshot:
    """The page; raises FetchError."""
    answer = fetch_all(look, [url], **question)[0]
    if isinstance(answer, FetchError):
        raise answer
    assert isinstance(answer, Snapshot)
    return answer


def failure(look: Look, url: str, **question: Any) -> FetchError:
    """The error that a look must end in."""
    with pytest.raises(FetchError) as caught:
        fetch(look, url, **question)
    return caught.value
