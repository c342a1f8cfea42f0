"""Prices that a page announces for a later day: told when it says so, and when the day has come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from tests.jobs.acme import Clock, edges, text
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.store import sources as states
from tracker.adapters.store.engine import asking
from tracker.adapters.store.tables_alerts import alerts
from tracker.check import check
from tracker.domain.alerts import Message

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LIST = {"a": "3", "b": "4", "c": "5", "d": "6", "e": "7", "f": "8"}
RISE = "a input_mtok 4 2026-09-01\n"


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        server.put("/acme", text(LIST))
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def acme(engine: Engine, pages: Pages, clock: Clock) -> Edges:
    return edges(engine, pages, clock=clock)


def look(one: Edges, *ids: str) -> None:
    one = replace(one, fetcher=Fetcher(one.settings.look, now=one.clock.now))  # a loop of its own

    async def job() -> None:
        await one.write(states.register, one.sources.values(), one.clock.now())
        await check(one, ids or ["acme"])
        await one.fetcher.aclose()

    asyncio.run(job())


def told(engine: Engine) -> list[tuple[str, Message]]:
    with asking(engine) as connection:
        rows = connection.execute(select(alerts.c.event, alerts.c.message).order_by(alerts.c.id)).all()
    return [(row.event, Message.from_dict(json.loads(row.message))) for row in rows]


def test_an_announced_price_is_told_once_when_it_is_announced_and_once_when_it_is_due(
    engine: Engine, pages: Pages, acme: Edges, clock: Clock
) -> None:
    look(acme)
    pages.put("/acme", text(LIST) + RISE)
    for _ in range(3):
        clock.later(hours=8)
        look(acme)
    ((event, message),) = told(engine)
    assert event == "price_due"
    assert message.lines == (
        "Acme a: input $3 → $4 per 1M tokens (+33 %) from 2026-09-01 (in 31 days), as the page says",
    )
    assert [name for name, _ in message.links] == ["page", "snapshot", "status"]
    clock.at = datetime(2026, 9, 1, 0, 30, tzinfo=UTC)
    for _ in range(3):
        look(acme)
        clock.later(hours=8)
    (_, (event, message)) = told(engine)
    assert event == "move"
    assert "Acme a: input $3 → $4 per 1M tokens (+33 %), seen 00:30 UTC" in message.lines[0]
    assert "as announced: first on the page 2026-08-01" in message.notes


def test_a_page_that_no_longer_dates_the_price_on_its_day_moved_as_announced(
    engine: Engine, pages: Pages, acme: Edges, clock: Clock
) -> None:
    look(acme)
    pages.put("/acme", text(LIST) + RISE)
    clock.later(hours=8)
    look(acme)
    clock.at = datetime(2026, 9, 2, 9, tzinfo=UTC)
    pages.put("/acme", text(LIST).replace("a input_mtok 3", "a input_mtok 4"))
    look(acme)
    _, (_, message) = told(engine)
    assert "as announced: first on the page 2026-08-01" in message.notes


def test_what_the_first_look_finds_announced_is_told_only_when_it_is_due(
    engine: Engine, pages: Pages, acme: Edges, clock: Clock
) -> None:
    pages.put("/acme", text(LIST) + RISE)
    look(acme)
    assert told(engine) == []
    clock.at = datetime(2026, 9, 1, 9, tzinfo=UTC)
    look(acme)
    ((event, message),) = told(engine)
    assert event == "move" and "as announced: first on the page 2026-08-01" in message.notes


def test_the_announced_price_of_a_new_model_is_told_on_its_day(
    engine: Engine, pages: Pages, acme: Edges, clock: Clock
) -> None:
    look(acme)
    pages.put("/acme", text(LIST) + "g input_mtok 1.5 2026-08-03\ng output_mtok 6 2026-08-03\n")
    clock.later(hours=1)
    look(acme)
    clock.at += timedelta(days=2)
    for _ in range(2):
        look(acme)
        clock.later(hours=8)
    lines = [(event, message.lines) for event, message in told(engine)]
    price = "Acme g: input $1.50, output $6 per 1M tokens"
    assert lines == [
        ("price_due", (f"{price} from 2026-08-03 (in 2 days), as the page says",)),
        ("price_due", (f"{price} is in force since 2026-08-03, announced 2026-08-01",)),
    ]


def test_an_announced_model_that_leaves_and_comes_back_is_not_due_again(
    engine: Engine, pages: Pages, acme: Edges, clock: Clock
) -> None:
    look(acme)
    for hours in (1, 49):
        pages.put("/acme", text(LIST) + "g input_mtok 1.5 2026-08-03\n")
        clock.later(hours=hours)
        look(acme)
    pages.put("/acme", text(LIST))
    for _ in range(4):
        clock.later(days=1)
        look(acme)
    pages.put("/acme", text(LIST) + "g input_mtok 1.5 2026-08-03\n")
    clock.later(days=1)
    look(acme)
    assert [event for event, _ in told(engine)] == ["price_due", "price_due", "gone"]


def test_what_two_pages_of_a_provider_announce_is_told_once(
    engine: Engine, pages: Pages, acme: Edges, clock: Clock
) -> None:
    pages.put("/twin", text(LIST))
    twin = replace(acme.sources["acme"], id="twin", url=pages.url("/twin"), provider="acme")
    both = replace(acme, sources={**acme.sources, "twin": twin})
    for said in ("", "g input_mtok 1.5 2026-08-03\n"):
        for path in ("/acme", "/twin"):
            pages.put(path, text(LIST) + said)
        for hours in (1, 49) if said else (1,):
            clock.later(hours=hours)
            for id in ("acme", "twin"):
                look(both, id)
                clock.later(minutes=1)
    assert [event for event, _ in told(engine)] == ["price_due", "price_due"]


def test_an_announcement_with_another_day_or_price_is_another_one(
    engine: Engine, pages: Pages, acme: Edges, clock: Clock
) -> None:
    look(acme)
    for row in (RISE, RISE.replace("09-01", "10-01"), RISE.replace(" 4 ", " 5 "), RISE):
        pages.put("/acme", text(LIST) + row)
        clock.later(hours=8)
        look(acme)
    assert [message.lines[0].split(" (")[0].split(": ")[1] for _, message in told(engine)] == [
        "input $3 → $4 per 1M tokens",
        "input $3 → $4 per 1M tokens",
        "input $3 → $5 per 1M tokens",
    ]


def test_two_prices_for_one_day_announce_nothing(
    engine: Engine, pages: Pages, acme: Edges, clock: Clock
) -> None:
    look(acme)
    pages.put("/acme", text(LIST) + RISE + RISE.replace(" 4 ", " 5 "))
    clock.later(hours=8)
    look(acme)
    assert told(engine) == []


def test_where_the_page_states_only_what_will_hold_the_known_price_is_the_one_before(
    engine: Engine, pages: Pages, acme: Edges, clock: Clock
) -> None:
    look(acme)
    pages.put("/acme", text(LIST).replace("a input_mtok 3\n", RISE))
    clock.later(hours=8)
    look(acme)
    ((_, message),) = told(engine)
    assert message.lines[0].startswith("Acme a: input $3 → $4 per 1M tokens (+33 %) from 2026-09-01")


def test_what_a_catalogue_announces_is_not_told(engine: Engine, pages: Pages, clock: Clock) -> None:
    one = edges(engine, pages, clock=clock)
    one = replace(one, sources={"acme": replace(one.sources["acme"], kind="catalogs", provider="acme")})
    look(one)
    pages.put("/acme", text(LIST) + RISE)
    clock.later(hours=8)
    look(one)
    assert told(engine) == []


def test_a_day_from_which_the_same_price_holds_announces_nothing(
    engine: Engine, pages: Pages, acme: Edges, clock: Clock
) -> None:
    look(acme)
    pages.put("/acme", text(LIST) + RISE.replace(" 4 ", " 3 "))
    clock.later(hours=8)
    look(acme)
    assert told(engine) == []
