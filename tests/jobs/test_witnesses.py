"""Another source of other ancestry speaks for a move; what only a catalogue says is no move yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from scrapers.page import Page, Reading
from scrapers.source import Source
from tests.jobs.acme import Clock, edges, lines, text
from tests.jobs.test_check import LIST, alerts, moves, run
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.store import questions
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.filters import Filters
from tracker.domain.model import Move, Status
from tracker.ruling import rule


def claims(page: Page) -> Reading:
    """A catalogue's rows, each of which claims to repeat acme's price list."""
    return Reading(tuple(replace(offer, provider="acme") for offer in lines(page).offers))


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        for path in ("/acme", "/cat", "/other"):
            server.put(path, text(LIST))
        yield server


def market(engine: Engine, pages: Pages, clock: Clock, **more: Source) -> Edges:
    """Acme's own page and two catalogues of one ancestry."""
    one = edges(engine, pages, clock=clock)
    found = {
        id: Source(pages.url(f"/{id}"), claims, ancestry="catalogues", id=id, kind="catalogs")
        for id in ("cat", "other")
    }
    return replace(one, sources={**one.sources, **found, **more})


def of(engine: Engine, source: str) -> list[Move]:
    return [m for m in moves(engine) if m.source == source]


def held_prices(engine: Engine, source: str) -> set[Decimal]:
    with asking(engine) as connection:
        at = Clock().at.replace(year=2099)
        return {
            r["price"]
            for r in questions.prices_at(connection, at, at, Filters(source=source))
            if r["model"] == "a"
        }


def look_at_all(one: Edges) -> None:
    run(one, ("acme", "cat", "other"))


def test_what_only_a_catalogue_says_is_held_and_told_to_nobody(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = market(engine, pages, clock)
    look_at_all(one)
    clock.later(hours=1)
    for path in ("/cat", "/other"):  # they copy from one another: two of them are one witness
        pages.put(path, text(LIST | {"a": "2"}))
    for _ in range(10):
        look_at_all(one)
        clock.later(days=1)
    assert {(m.source, m.status, m.after) for m in moves(engine)} == {
        ("cat", Status.held, Decimal(2)),
        ("other", Status.held, Decimal(2)),
    }
    assert alerts(engine) == []
    assert held_prices(engine, "cat") == {Decimal(2)}  # what the catalogue says is told as what it says
    assert held_prices(engine, "acme") == {Decimal(3)}


def test_the_providers_own_page_confirms_what_a_catalogue_said_first_and_it_is_told_once(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    one = market(engine, pages, clock)
    look_at_all(one)
    clock.later(hours=1)
    pages.put("/cat", text(LIST | {"a": "2"}))
    look_at_all(one)
    clock.later(hours=1)
    pages.put("/acme", text(LIST | {"a": "2"}))
    run(one, ("acme",), again=True)  # no second look is needed
    assert {(m.status, m.reason) for m in of(engine, "acme")} == {(Status.confirmed, "confirmed by cat")}
    clock.later(hours=1)
    look_at_all(one)
    assert {(m.status, m.reason) for m in of(engine, "cat")} == {(Status.confirmed, "confirmed by acme")}
    assert len(alerts(engine)) == 1


def test_a_witness_confirms_a_held_move_of_ten_times(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = market(engine, pages, clock)
    look_at_all(one)
    clock.later(hours=1)
    pages.put("/acme", text(LIST | {"a": "0.03"}))
    run(one, ("acme",))
    assert {m.status for m in of(engine, "acme")} == {Status.held}
    clock.later(hours=1)
    pages.put("/cat", text(LIST | {"a": "0.03"}))
    run(one, ("cat",))
    run(one, ("acme",))  # though the page stays the same
    assert {(m.status, m.reason) for m in of(engine, "acme")} == {(Status.confirmed, "confirmed by cat")}


def test_a_price_that_a_catalogue_kept_from_earlier_is_no_witness(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = market(engine, pages, clock)
    look_at_all(one)
    clock.later(hours=1)
    pages.put("/acme", text(LIST | {"a": "2"}))
    run(one, ("acme",))
    clock.later(hours=1)
    pages.put("/acme", text(LIST))  # an old page comes back, and the catalogue still has the old price
    run(one, ("acme",), again=True)
    assert [m.status for m in of(engine, "acme")].count(Status.provisional) == 2


@pytest.mark.parametrize("spelling", ["acme/a", "ACME/A"])
def test_a_reseller_that_spells_the_maker_in_front_is_a_witness(
    engine: Engine, pages: Pages, spelling: str
) -> None:
    clock = Clock()
    shop = Source(pages.url("/shop"), lines, id="shop", kind="catalogs")
    one = market(engine, pages, clock, shop=shop)
    pages.put("/shop", text({spelling: "3", "acme/b": "4"}))
    run(one, ("acme", "shop"))
    clock.later(hours=1)
    pages.put("/shop", text({spelling: "2", "acme/b": "4"}))
    run(one, ("shop",))
    pages.put("/acme", text(LIST | {"a": "2"}))
    run(one, ("acme",), again=True)
    assert {m.reason for m in of(engine, "acme")} == {"confirmed by shop"}


def test_the_same_move_on_two_pages_of_one_provider_is_told_once(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    twin = Source(pages.url("/twin"), lines, provider="acme", id="twin", kind="providers")
    pages.put("/twin", text(LIST))
    one = market(engine, pages, clock, twin=twin)
    run(one, ("acme", "twin"))
    clock.later(hours=1)
    for path in ("/acme", "/twin"):
        pages.put(path, text(LIST | {"a": "2"}))
    run(one, ("acme", "twin"))
    assert {m.status for m in moves(engine)} == {Status.confirmed} and len(moves(engine)) == 4
    assert len(alerts(engine)) == 1


def test_a_catalogue_that_was_wrong_before_repeats_no_move(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = market(engine, pages, clock)
    pages.put("/cat", text(LIST | {"a": "5"}))
    look_at_all(one)
    for path in ("/acme", "/cat"):
        clock.later(hours=1)
        pages.put(path, text(LIST | {"a": "2"}))
        look_at_all(one)
    assert {(m.status, m.before) for m in of(engine, "acme")} == {(Status.confirmed, Decimal(3))}
    assert {(m.status, m.before) for m in of(engine, "cat")} == {(Status.held, Decimal(5))}
    assert len(alerts(engine)) == 1


def test_a_price_that_falls_back_and_falls_again_is_told_each_time(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = market(engine, pages, clock)
    look_at_all(one)
    told = []
    for price in ("2", "3", "2"):
        clock.later(days=2)
        for path in ("/acme", "/cat"):
            pages.put(path, text(LIST | {"a": price}))
            look_at_all(one)
            clock.later(hours=1)
        told.append(len(alerts(engine)))
    assert told == [1, 2, 3]


def test_a_catalogue_that_takes_back_what_it_said_says_nothing_more(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = market(engine, pages, clock)
    for price in ("3", "2", "3"):
        pages.put("/cat", text(LIST | {"a": price}))
        look_at_all(one)
        clock.later(hours=1)
    assert {(m.status, m.after) for m in of(engine, "cat")} == {(Status.withdrawn, Decimal(2))}
    assert held_prices(engine, "cat") == {Decimal(3)}


def test_the_first_look_at_a_source_speaks_for_no_move(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = market(engine, pages, clock)
    look_at_all(one)
    clock.later(hours=1)
    pages.put("/cat", text(LIST | {"a": "2"}))
    look_at_all(one)
    clock.later(days=90)
    pages.put("/late", text(LIST | {"a": "2"}))
    late = Source(pages.url("/late"), claims, id="late", kind="catalogs")
    one = market(engine, pages, clock, late=late)
    run(one, ("late", "cat"))
    clock.later(days=1)
    run(one, ("late", "cat"))
    assert {m.status for m in moves(engine)} == {Status.held} and alerts(engine) == []


def test_a_claim_that_a_person_confirms_after_the_provider_was_told_is_not_told_again(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    one = market(engine, pages, clock)
    look_at_all(one)
    clock.later(hours=1)
    pages.put("/acme", text(LIST | {"a": "2"}))
    run(one, ("acme",))
    pages.put("/cat", text(LIST | {"a": "2"}))
    pages.put("/other", text(LIST | {"b": "3"}))
    run(replace(one, sources={"cat": one.sources["cat"], "other": one.sources["other"]}), ("cat", "other"))
    held = [m for m in moves(engine) if m.status is Status.held]
    assert {m.source for m in held} == {"cat", "other"}
    with writing(engine) as connection:
        rule(connection, [m.id for m in held], Status.confirmed, "I saw it", clock.now(), one.settings, {})
    assert [a["subject"].partition(":")[0] for a in alerts(engine)] == ["Acme b", "Acme a"]
