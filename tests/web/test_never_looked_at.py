"""What stands in the store as a source of the past is nothing to look at, and no page or verb says it is."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from scrapers.page import Terms
from tests.jobs.acme import Clock
from tests.jobs.acme import edges as edges_of
from tests.loopback.pages import Pages
from tests.tracker_process import Tracker
from tests.web.asking import ON_SQLITE, app_over, get, words_of
from tests.web.stock import NOW, add_sources, by_id, source
from tracker.adapters.store import questions
from tracker.adapters.store import sources as states
from tracker.adapters.store.backfilled import reconcile, register
from tracker.adapters.store.engine import asking, open_store, writing
from tracker.adapters.store.past_moves import put_moves
from tracker.check import check
from tracker.domain.model import Basis, Series
from tracker.domain.spans import NEVER_LOOKED_AT, Span, moves_of

PAST = {"facts": "facts", "history-litellm": "histories", "wayback-openai": "archives"}


def with_a_past(engine: Engine) -> None:
    """A store with every kind of what is never looked at, each with a price that has no end."""
    assert set(PAST.values()) == NEVER_LOOKED_AT
    series = Series("openai", "gpt-4o", "input_mtok", Terms(), "USD")
    span = Span(series, Decimal("2.5"), NOW - timedelta(days=400))
    with writing(engine) as connection:
        for id, kind in PAST.items():
            register(connection, id, kind, "openai", f"https://{id}.example/", NOW - timedelta(days=300))
            reconcile(connection, id, [span], basis=Basis.documented, at=NOW - timedelta(days=300))


def test_pages_and_metrics_do_not_show_it_as_a_source(engine: Engine) -> None:
    sources = by_id(source("openai"))
    add_sources(engine, sources)
    with_a_past(engine)
    for path in ("/", "/sources", "/metrics"):
        text = get(app_over(engine, sources), path).text
        assert [id for id in PAST if f"{id}.example" in text or f'"{id}"' in text or f">{id}<" in text] == []


def test_a_move_that_the_past_tells_is_shown_beside_the_others(engine: Engine) -> None:
    sources = by_id(source("acme"))
    add_sources(engine, sources)
    with_a_past(engine)
    with writing(engine) as connection:
        tell_a_move(connection)
    for path in ("/", "/moves"):
        answer = get(app_over(engine, sources), path)
        assert answer.status_code == 200
        assert "one" in words_of(answer.text)


@ON_SQLITE
def test_no_verb_shows_it_as_a_source(tmp_path: Path, store_url: str) -> None:
    engine = open_store(store_url)
    with_a_past(engine)
    engine.dispose()
    with Tracker(tmp_path, store_url) as tracker:
        assert not PAST.keys() & {row["id"] for row in tracker.ask("sources")}
        assert not PAST.keys() & json.loads(tracker.run("health", "--json").stdout)["sources"].keys()
        assert tracker.run("check", "wayback-openai").returncode == 2
        assert {row["source"] for row in tracker.ask("history", "openai/gpt-4o")} >= PAST.keys()


@ON_SQLITE
def test_it_is_never_due_never_stale_and_never_told_of(engine: Engine) -> None:
    with_a_past(engine)
    clock = Clock(NOW)
    with Pages() as pages:
        pages.put("/acme", "one input_mtok 3\n")
        edges = edges_of(engine, pages, clock=clock)

        async def go() -> None:
            await edges.write(states.register, edges.sources.values(), clock.now())
            await check(edges, list(edges.sources))
            await edges.fetcher.aclose()

        asyncio.run(go())
    with asking(engine) as connection:
        ids = [*edges.sources, *PAST]
        assert questions.source_rows(connection).keys() == {"acme"}
        assert states.due(connection, list(edges.sources), NOW + timedelta(days=9), 99) == ["acme"]
        assert states.reached(connection, NOW - timedelta(days=999)) == (1, 1)
        assert all(row["source"] in ids for row in questions.snapshot_rows(connection))
        assert questions.alert_rows(connection) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_move_that_the_past_tells_keeps_no_live_one_from_being_told(engine: Engine) -> None:
    with_a_past(engine)
    past = [
        Span(Series("acme", "one", "input_mtok", Terms(), "USD"), Decimal(3), NOW - timedelta(days=9), NOW),
        Span(Series("acme", "one", "input_mtok", Terms(), "USD"), Decimal(2), NOW),
    ]
    clock = Clock(NOW)
    with Pages() as pages:
        edges = edges_of(engine, pages, clock=clock, confirm_after=timedelta(0))
        with writing(engine) as connection:
            states.register(connection, edges.sources.values(), NOW)
            reconcile(connection, "wayback-openai", past, basis=Basis.observed, at=NOW)

        async def go() -> None:
            for price in (3, 2):
                pages.put("/acme", f"one input_mtok {price}\ntwo input_mtok 5\nsix input_mtok 6\n")
                await check(edges, ["acme"])
                clock.later(minutes=10)
                if price == 3:
                    with writing(engine) as connection:
                        tell_a_move(connection)
            await edges.fetcher.aclose()

        asyncio.run(go())
    with asking(engine) as connection:
        assert len(questions.alert_rows(connection)) == 1


def tell_a_move(connection: Connection) -> None:
    """The same move, from captures, recorded between the two looks."""
    line = Series("acme", "one", "input_mtok", Terms(), "USD")
    spans = [
        Span(line, Decimal(3), NOW - timedelta(days=9), NOW, last_seen=NOW - timedelta(days=1), seen=4),
        Span(line, Decimal(2), NOW, None, first_seen=NOW, seen=2),
    ]
    assert put_moves(connection, "wayback-openai", moves_of(spans, "wayback-openai"), NOW) == (1, 1)
