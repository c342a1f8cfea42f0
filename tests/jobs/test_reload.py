"""New settings, while looks are under way by those of before."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.jobs.acme import Clock
from tests.jobs.told import Told
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.store import outbox, questions
from tracker.adapters.store.engine import asking
from tracker.adapters.store.lock import sole
from tracker.daemon import Daemon
from tracker.domain.alerts import Alert, Message
from tracker.domain.settings import Channel

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@sqlite
def test_what_a_look_under_way_tells_a_channel_that_is_gone_is_dead(engine: Engine, tmp_path: Path) -> None:
    old = Told(engine, channels=("team",)).edges
    channels = (Channel("mail", "http://127.0.0.1:9/"),)
    settings = replace(old.settings, channels=channels)
    fresh = replace(old, settings=settings, fetcher=Fetcher(old.settings.look, now=Clock().now))

    async def look(edges: Edges) -> None:
        await asyncio.sleep(0.05)
        alerts = [Alert("default", "team", Message("a move", ("a move",)))]
        await edges.write(outbox.put, alerts, None, edges.clock.now())

    async def reloaded(daemon: Daemon) -> None:
        daemon._looks["acme"] = asyncio.create_task(look(old))
        await daemon._use(fresh)
        await fresh.fetcher.aclose()

    with sole(engine, f"sqlite:///{tmp_path}/store") as lock:
        asyncio.run(reloaded(Daemon(old, lock)))
    with asking(engine) as connection:
        (row,) = questions.alert_rows(connection)
    assert (row["state"], row["last_error"][:15]) == ("dead", "no channel of t")
