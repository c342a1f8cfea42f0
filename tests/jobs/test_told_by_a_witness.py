"""A move that several sources see reaches every channel that its rules name, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from tests.jobs.acme import Clock, text
from tests.jobs.test_check import LIST, alerts, moves, run
from tests.jobs.test_witnesses import market, of
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.store.engine import writing
from tracker.domain.model import Status
from tracker.domain.settings import Channel, Rule
from tracker.ruling import rule

TEAM, OPS = Channel("team", "json://team.example"), Channel("ops", "json://ops.example")


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        for path in ("/acme", "/cat", "/other", "/twin"):
            server.put(path, text(LIST))
        yield server


def ruled(one: Edges, *rules: Rule) -> Edges:
    return replace(one, settings=replace(one.settings, channels=(TEAM, OPS), rules=rules))


def told(engine: Engine, event: str = "move") -> list[str]:
    """The channels that were told, oldest first."""
    return [row["channel"] for row in reversed(alerts(engine)) if row["event"] == event]


def test_a_held_move_that_a_catalogue_speaks_for_is_told(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = market(engine, pages, clock)
    run(one, ("acme", "cat"))
    clock.later(hours=1)
    pages.put("/acme", text(LIST | {"a": "0.03"}))
    run(one, ("acme",))
    clock.later(hours=1)
    pages.put("/cat", text(LIST | {"a": "0.03"}))
    run(one, ("cat",))
    run(one, ("acme",))
    assert {m.status for m in moves(engine)} == {Status.confirmed}
    assert len(told(engine)) == 1 and len(told(engine, "held")) == 1


def test_a_move_that_the_background_told_elsewhere_is_told_to_who_watches(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    one = ruled(
        market(engine, pages, clock),
        Rule("ours", to=("team",)),
        Rule("background", watch="background", to=("ops",)),
        Rule("all", watch="all", to=("ops",)),
    )
    run(one, ("acme", "cat"))
    clock.later(hours=1)
    pages.put("/acme", text(LIST | {"a": "2"}))
    run(one, ("acme",), again=True)  # waits for its second look
    pages.put("/cat", text(LIST | {"a": "2"}))
    run(one, ("cat",))
    run(one, ("acme",))
    assert {m.reason for m in of(engine, "cat")} == {"confirmed by acme"}
    assert told(engine) == ["ops", "team"]


def test_a_move_of_two_pages_that_a_person_confirms_together_is_told_once(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    one = market(engine, pages, clock)
    pair = {
        id: replace(one.sources["acme"], id=id, url=pages.url(f"/{id}"), provider="acme", ancestry="acme")
        for id in ("acme", "twin")
    }
    one = replace(one, sources=pair)
    run(one, ("acme", "twin"))
    clock.later(hours=1)
    for path in ("/acme", "/twin"):
        pages.put(path, text(LIST | {"a": "0.03"}))
    run(one, ("acme", "twin"))
    held = moves(engine)
    assert {(m.source, m.status) for m in held} == {("acme", Status.held), ("twin", Status.held)}
    with writing(engine) as connection:
        rule(connection, [m.id for m in held], Status.confirmed, "seen", clock.now(), one.settings, {})
    assert len(told(engine)) == 1


def test_who_heard_that_a_move_is_held_hears_that_it_is_not_though_others_are_told_the_move(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    one = ruled(
        market(engine, pages, clock), Rule("doubts", event=("held",), to=("ops",)), Rule("cuts", to=("team",))
    )
    run(one, ("acme",))
    clock.later(hours=1)
    pages.put("/acme", text(LIST | {"a": "0.03"}))
    run(one, ("acme",))
    assert told(engine, "held") == ["ops"]
    with writing(engine) as connection:
        ids = [m.id for m in moves(engine)]
        rule(connection, ids, Status.confirmed, "seen", clock.now(), one.settings, {})
    assert told(engine) == ["team"]
    assert told(engine, "held_over") == ["ops"]
    assert alerts(engine)[0]["subject"].endswith("is no longer held: confirmed by a person: seen")


def test_a_channel_that_is_not_set_any_more_hears_no_end(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = ruled(market(engine, pages, clock))
    run(one, ("acme",))
    clock.later(hours=1)
    pages.put("/acme", text(LIST | {"a": "0.03"}))
    run(one, ("acme",))
    one = replace(one, settings=replace(one.settings, channels=(TEAM,)))
    pages.put("/acme", text(LIST))
    run(one, ("acme",))
    assert sorted(told(engine, "held")) == ["ops", "team"]
    assert told(engine, "held_over") == ["team"]
