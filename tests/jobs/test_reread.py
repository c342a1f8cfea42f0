"""A mended reader reads the past again: what it says otherwise is a correction, never a move."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from scrapers.page import Page, ReadError, Reading
from scrapers.source import Reader
from tests.jobs.acme import Clock, edges, lines, text
from tests.jobs.test_check import LIST, alerts, moves, run
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.store import corrections, questions
from tracker.adapters.store.engine import asking
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.lock import sole
from tracker.daemon import Daemon
from tracker.domain.errors import TrackerError
from tracker.domain.model import Status
from tracker.reread import Rereading, reread, reread_standing


def tenfold(page: Page) -> Reading:
    """A reader that is wrong by a factor."""
    offers = lines(page).offers
    return Reading(tuple(replace(o, price=o.price * 10) for o in offers))


def half_blind(page: Page) -> Reading:
    """A reader that overlooks models from "d" on, and takes one meter for another."""
    offers = [o for o in lines(page).offers if o.model < "d"]
    return Reading(tuple(replace(o, meter=o.meter.replace("output", "cache_read")) for o in offers))


def confused(page: Page) -> Reading:
    """A reader that halves the prices of a model."""
    offers = lines(page).offers
    return Reading(tuple(replace(o, price=o.price / 2 if o.model == "a" else o.price) for o in offers))


def refuses(page: Page) -> Reading:
    raise ReadError("no_table", "a layout that is long gone")


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        server.put("/acme", text(LIST))
        yield server


def with_reader(one: Edges, reader: Reader, version: str) -> Edges:
    source = replace(one.sources["acme"], reader=reader)
    return replace(one, sources={"acme": source}, readers=version)


def again(one: Edges, write: bool = True) -> Rereading:
    return asyncio.run(reread(one, ["acme"], write=write))[0]


def history(engine: Engine, model: str, known_at: datetime | None = None) -> list[tuple[Any, ...]]:
    far = Clock().at.replace(year=2099)
    with asking(engine) as connection:
        rows = questions.history(connection, known_at or far, Filters(model=model))
    return [(r["meter"], r["price"], r["valid_from"], r["valid_to"]) for r in rows]


def test_a_wrong_price_is_corrected_now_and_valid_then(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    first = clock.now()
    run(with_reader(one, tenfold, "old"))
    clock.later(days=3)
    found = again(with_reader(one, lines, "new"))
    assert len(found.corrections) == 12 and not found.retracted
    assert history(engine, "a") == [
        ("input_mtok", Decimal(3), first, None),
        ("output_mtok", Decimal(3), first, None),
    ]
    assert {price for _, price, *_ in history(engine, "a", known_at=first)} == {Decimal(30)}
    run(with_reader(one, lines, "new"))
    assert moves(engine) == [] and alerts(engine) == []
    assert again(with_reader(one, lines, "new")).corrections == ()


def test_a_dry_run_changes_nothing(engine: Engine, pages: Pages) -> None:
    one = edges(engine, pages)
    run(with_reader(one, tenfold, "old"))
    before = history(engine, "a")
    assert len(again(with_reader(one, lines, "new"), write=False).corrections) == 12
    assert history(engine, "a") == before


def test_after_an_upgrade_a_look_takes_no_correction_for_a_move(engine: Engine, pages: Pages) -> None:
    one = edges(engine, pages)
    run(with_reader(one, tenfold, "old"))
    one = with_reader(one, lines, "new")
    assert len(asyncio.run(reread_standing(one, ["acme"]))[0].corrections) == 12
    run(one)
    assert moves(engine) == [] and alerts(engine) == []
    assert asyncio.run(reread_standing(one, ["acme"])) == []  # these readers have read it


def test_who_heard_of_a_held_move_hears_that_its_page_did_not_say_so(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(with_reader(one, tenfold, "old"))
    clock.later(days=1)
    pages.put("/acme", text(LIST | {"a": "0.03"}))
    run(with_reader(one, tenfold, "old"))
    assert {m.status for m in moves(engine)} == {Status.held}
    again(with_reader(one, lines, "new"))
    over, held = alerts(engine)
    assert held["subject"].endswith("is held: it moved by a factor of 100.0")
    assert " is no longer held: read again: the page did not say " in over["subject"]


def test_another_reader_in_reloaded_settings_makes_no_move(
    engine: Engine, pages: Pages, tmp_path: Path
) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(with_reader(one, tenfold, "old"))

    async def reloads_and_looks(daemon: Daemon, fresh: Edges) -> None:
        await daemon._look(daemon.edges, "acme")
        await daemon._use(fresh)
        for _ in range(2):
            clock.later(hours=1)
            await daemon._look(daemon.edges, "acme")
        await fresh.fetcher.aclose()

    with sole(engine, f"sqlite:///{tmp_path}/store") as lock:
        daemon = Daemon(with_reader(one, tenfold, "old"), lock)
        fresh = replace(with_reader(one, lines, "new"), fetcher=Fetcher(one.settings.look, now=clock.now))
        asyncio.run(reloads_and_looks(daemon, fresh))
    assert moves(engine) == [] and alerts(engine) == []
    assert {price for _, price, *_ in history(engine, "a")} == {Decimal(3)}


def test_after_an_upgrade_what_old_pages_say_and_the_last_does_not_is_told_to_nobody(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(with_reader(one, half_blind, "old"))  # who cannot see that "e" becomes cheaper, and that "f" leaves
    clock.later(days=1)
    second = clock.now()
    pages.put("/acme", text({k: v for k, v in LIST.items() if k != "f"} | {"e": "6"}))
    run(with_reader(one, half_blind, "old"))
    one = with_reader(one, lines, "new")
    asyncio.run(reread_standing(one, ["acme"]))
    for _ in range(4):
        clock.later(days=1)
        run(one)
    assert moves(engine) == [] and alerts(engine) == []
    assert {until for *_, until in history(engine, "f")} == {second}
    assert {price for _, price, _, until in history(engine, "e") if until is None} == {Decimal(6)}


def test_what_a_reader_overlooked_is_known_from_the_page_on_that_first_said_it(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    first = clock.now()
    run(with_reader(one, half_blind, "old"))
    clock.later(days=1)
    second = clock.now()
    pages.put("/acme", text(LIST | {"f": "7"}))
    run(with_reader(one, half_blind, "old"))
    clock.later(days=1)
    run(with_reader(one, lines, "new"))  # without a reread, the new models are known from now on only
    again(with_reader(one, lines, "new"))
    assert history(engine, "d") == [
        ("input_mtok", Decimal(6), first, None),
        ("output_mtok", Decimal(6), first, None),
    ]
    assert [h for h in history(engine, "f") if h[0] == "input_mtok"] == [
        ("input_mtok", Decimal(8), first, second),
        ("input_mtok", Decimal(7), second, None),
    ]
    assert {meter for meter, *_ in history(engine, "a")} == {"input_mtok", "output_mtok"}
    assert moves(engine) == [] and alerts(engine) == []


def test_a_move_that_was_read_with_wrong_figures_is_withdrawn_and_the_right_one_recorded(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(with_reader(one, tenfold, "old"))
    clock.later(days=1)
    pages.put("/acme", text(LIST | {"a": "2"}))
    run(with_reader(one, tenfold, "old"))
    told = len(alerts(engine))
    clock.later(days=1)
    found = again(with_reader(one, lines, "new"))
    assert {(r.before, r.after) for r in found.retracted} == {(Decimal(3), Decimal(2))}
    assert sorted((m.status, m.before, m.after) for m in moves(engine)) == [
        (Status.confirmed, Decimal(3), Decimal(2)),
        (Status.confirmed, Decimal(3), Decimal(2)),
        (Status.withdrawn, Decimal(30), Decimal(20)),
        (Status.withdrawn, Decimal(30), Decimal(20)),
    ]
    assert len(alerts(engine)) == told


def test_a_move_that_the_page_never_showed_is_withdrawn(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(one)
    clock.later(days=1)
    pages.put("/acme", text(LIST) + "g input_mtok 1\n")  # another page, the same prices

    run(with_reader(one, confused, "old"))
    assert {m.status for m in moves(engine)} == {Status.confirmed}
    again(with_reader(one, lines, "new"))
    assert {m.status for m in moves(engine)} == {Status.withdrawn}
    now = Clock().at.replace(year=2099)
    with asking(engine) as connection:
        found = questions.prices_at(connection, now, now, Filters(model="a", meter="input_mtok"))
    assert [r["price"] for r in found] == [Decimal(3)]


def test_a_page_that_present_readers_refuse_leaves_what_was_recorded(engine: Engine, pages: Pages) -> None:
    one = edges(engine, pages)
    run(one)
    before = history(engine, "a")
    found = again(with_reader(one, refuses, "new"))
    assert (found.pages, found.unread, found.corrections) == (1, 1, ())
    assert history(engine, "a") == before


def test_a_reread_that_breaks_off_changes_nothing_and_can_be_run_again(
    engine: Engine, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(with_reader(one, tenfold, "old"))
    pages.put("/acme", text(LIST | {"a": "2"}))
    clock.later(days=1)
    run(with_reader(one, tenfold, "old"))
    before, found = history(engine, "a"), moves(engine)

    def breaks_off(*_: object) -> None:
        raise TrackerError("the power went")

    with monkeypatch.context() as cut:
        cut.setattr(corrections, "_retract", breaks_off)
        with pytest.raises(TrackerError):
            again(with_reader(one, lines, "new"))
    assert (history(engine, "a"), moves(engine)) == (before, found)
    assert len(again(with_reader(one, lines, "new")).corrections) == 14
    assert history(engine, "a") != before
