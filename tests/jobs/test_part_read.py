"""A page whose bytes change where its reader never looks is kept at every look, and read once a day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from scrapers.generic import generic
from scrapers.source import Source
from tests.jobs.acme import Clock, edges
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.store import snapshots
from tracker.adapters.store import sources as states
from tracker.adapters.store.engine import asking
from tracker.check import check
from tracker.record import Looked

PAGE = """<!doctype html><html><head><script>window.build = {build}</script></head><body>
<p>Prices are in USD per 1M tokens.</p><table><tr><th>Model</th><th>Input</th><th>Output</th></tr>
<tr><td>Acme Large</td><td>${price}</td><td>$12</td></tr></table></body></html>"""


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        yield server


def serve(pages: Pages, *, build: int, price: int = 3) -> None:
    pages.put("/acme", PAGE.format(build=build, price=price), "text/html")


def looked(one: Edges) -> Looked:
    async def run() -> Looked:
        await one.write(states.register, one.sources.values(), one.clock.now())
        try:
            return (await check(one, ["acme"]))[0]
        finally:
            await one.fetcher.aclose()

    return asyncio.run(run())


def state(engine: Engine) -> tuple[Any, int]:
    """The source's row, and how many pages of it are kept."""
    with asking(engine) as connection:
        return states.get(connection, "acme", lock=False), snapshots.count(connection)[0]


def test_another_script_is_kept_and_not_read_and_another_price_is(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    one = replace(one, sources={"acme": Source(pages.url("/acme"), generic, id="acme", kind="providers")})
    serve(pages, build=1)
    first = looked(one)
    read_at = state(engine)[0].read_at
    clock.later(hours=1)
    serve(pages, build=2)
    assert looked(one) == first
    row, kept = state(engine)
    assert (row.read_at, row.last_well, kept) == (read_at, clock.now(), 2)
    clock.later(hours=1)
    serve(pages, build=3, price=2)
    assert [m.after for m in looked(one).moves] == [2]
    clock.later(days=1)
    serve(pages, build=4, price=2)
    looked(one)
    row, kept = state(engine)
    assert (row.read_at, kept) == (clock.now(), 4)
