"""A page comes in at one end and goes one way; the network is a real loopback server, the store is real."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from scrapers.page import Offer, Page, Reading, Terms
from tests.jobs.acme import Clock, edges, text
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.store import questions, snapshots
from tracker.adapters.store import sources as states
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.tables_alerts import alerts as alerts_table
from tracker.adapters.store.tables_alerts import deliveries
from tracker.check import Looked, check, look
from tracker.domain.errors import TrackerError
from tracker.domain.model import Move, Status
from tracker.ruling import rule

LIST = {"a": "3", "b": "4", "c": "5", "d": "6", "e": "7", "f": "8"}


def promoted(page: Page) -> Reading:
    """Reads "model price day" lines, each a promotion until that day."""
    rows = [line.split() for line in page.text.splitlines()]
    return Reading(tuple(Offer(m, "input_mtok", Decimal(p), "USD", Terms(promo_until=d)) for m, p, d in rows))


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        server.put("/acme", text(LIST))
        yield server


def run(one: Edges, ids: tuple[str, ...] = ("acme",), again: bool = False) -> list[Looked]:
    """`check`, or a single look at each."""

    one = replace(one, fetcher=Fetcher(one.settings.look, now=one.clock.now))  # a loop of its own

    async def job() -> list[Looked]:
        try:
            return await looks()
        finally:
            await one.fetcher.aclose()

    async def looks() -> list[Looked]:
        await one.write(states.register, one.sources.values(), one.clock.now())
        if again:
            return [await look(one, one.sources[id]) for id in ids]
        return await check(one, ids)

    return asyncio.run(job())


def moves(engine: Engine) -> list[Move]:
    with asking(engine) as connection:
        return questions.find_moves(connection, Filters())


def alerts(engine: Engine) -> list[Any]:
    with asking(engine) as connection:
        return questions.alert_rows(connection)


def prices(
    engine: Engine, at: datetime | None = None, known_at: datetime | None = None
) -> dict[str, Decimal]:
    far = datetime(2099, 1, 1, tzinfo=UTC)
    with asking(engine) as connection:
        rows = questions.prices_at(connection, at or far, known_at or far, Filters(meter="input_mtok"))
    return {row["model"]: row["price"] for row in rows}


def test_the_same_page_served_twice_is_no_move(engine: Engine, pages: Pages) -> None:
    one = edges(engine, pages)
    assert run(one)[0].words == "12 prices"
    run(one)
    assert moves(engine) == [] and alerts(engine) == []
    assert prices(engine) == {m: Decimal(p) for m, p in LIST.items()}


def test_k_changed_prices_are_k_confirmed_moves_and_one_alert(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(one)
    clock.later(hours=1)
    pages.put("/acme", text(LIST | {"a": "2", "c": "4.5"}))
    (looked,) = run(one)
    assert len(clock.waited) == 1  # the second look
    found = moves(engine)
    assert {(m.model, m.series.meter, m.before, m.after) for m in found} == {
        (model, meter, Decimal(LIST[model]), Decimal(after))
        for model, after in (("a", "2"), ("c", "4.5"))
        for meter in ("input_mtok", "output_mtok")
    }
    assert {m.status for m in found} == {Status.confirmed}
    assert {m.reason for m in found} == {"confirmed by a second look"}
    assert len(looked.moves) == 4
    (alert,) = alerts(engine)
    assert (alert["channel"], alert["state"]) == ("team", "waiting")
    run(one)
    assert len(moves(engine)) == 4 and len(alerts(engine)) == 1


def test_every_move_leads_to_the_bytes_it_was_read_from(engine: Engine, pages: Pages) -> None:
    one = edges(engine, pages)
    run(one)
    pages.put("/acme", changed := text(LIST | {"a": "2"}))
    run(one)
    with asking(engine) as connection:
        for move in moves(engine):
            assert snapshots.body_of(connection, move.snapshot) == changed.encode()
            assert move.label.encode() in changed.encode().replace(b" input_mtok", b"").replace(
                b" output_mtok", b""
            )


def test_both_clocks_answer(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(one)
    before = clock.now()
    clock.later(hours=1)
    seen = clock.now()
    pages.put("/acme", text(LIST | {"a": "2"}))
    run(one)  # confirmed two minutes after it was seen
    assert prices(engine, at=before)["a"] == 3
    assert prices(engine, at=seen)["a"] == 2
    assert prices(engine, at=seen, known_at=seen)["a"] == 3  # not confirmed yet, as known then
    with asking(engine) as connection:
        rows = questions.history(connection, clock.now(), Filters(model="A", meter="input_mtok"))
    assert [(r["price"], r["valid_to"] == seen, r["valid_from"] == seen) for r in rows] == [
        (Decimal(3), True, False),
        (Decimal(2), False, True),
    ]


def test_a_move_that_goes_back_alerts_nobody(engine: Engine, pages: Pages) -> None:
    one = edges(engine, pages)
    run(one)
    pages.put("/acme", text(LIST | {"a": "2"}))
    run(one, again=True)
    pages.put("/acme", text(LIST))
    run(one)
    assert {m.status for m in moves(engine)} == {Status.withdrawn}
    assert alerts(engine) == []
    assert prices(engine)["a"] == 3


def test_a_page_that_shows_another_price_at_every_look_is_looked_at_no_more_often(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(one)
    for price in ("2", "2.1", "2.2", "2.3"):
        pages.put("/acme", text(LIST | {"a": price}))
        run(one, again=True)
        clock.later(minutes=3)
    with asking(engine) as connection:
        due = questions.source_rows(connection)["acme"].due
    assert due - clock.now() > timedelta(minutes=50)
    assert [alert["subject"] for alert in alerts(engine)] == ["acme is flapping"]


def test_an_unchanged_page_is_still_read_while_something_waits_for_time(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(one)
    pages.put("/acme", text({k: p for k, p in (LIST | {"a": "0.2"}).items() if k != "f"}))
    for _ in range(9):
        run(one, again=True)
        clock.later(days=1)
    assert "f" not in prices(engine)  # gone, though the bytes stayed the same
    assert prices(engine)["a"] == Decimal("0.2")  # held, then steady for a week
    before = len(pages.asked)
    run(one, again=True)
    run(one, again=True)
    assert [status for _, status in pages.asked[before:]] == [304, 304]


def test_what_a_person_withdrew_stays_withdrawn(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(one)
    pages.put("/acme", text(LIST | {"a": "0.2"}))
    run(one, again=True)
    ids = [m.id for m in moves(engine)]
    with writing(engine) as connection:
        rule(connection, ids, Status.withdrawn, "a slip", clock.now(), one.settings, {})
    for _ in range(9):
        pages.put("/acme", text(LIST | {"a": "0.2", "b": "4"}))
        clock.later(days=1)
        run(one)
    assert [m.status for m in moves(engine)] == [Status.withdrawn] * 2
    assert prices(engine)["a"] == 3
    over, held = [alert["subject"] for alert in alerts(engine)]  # told once each, in nine days
    head = "Acme a: input $3 → $0.20, output $3 → $0.20 per 1M tokens (−93 %)"
    assert held == f"{head} is held: it moved by a factor of 15.0"
    assert over == f"{head} is no longer held: withdrawn by a person: a slip"


def test_moves_that_a_person_confirms_together_are_one_alert(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(one)
    pages.put("/acme", text(LIST | {"a": "0.2"}))
    run(one, again=True)
    ids = [m.id for m in moves(engine)]
    with pytest.raises(TrackerError, match="no move 999"), writing(engine) as connection:
        rule(connection, [*ids, 999], Status.confirmed, "seen", clock.now(), one.settings, {})
    with writing(engine) as connection:
        rule(connection, ids, Status.confirmed, "seen", clock.now(), one.settings, {})
    told, held = [alert["subject"] for alert in alerts(engine)]
    assert told == "Acme a: input $3 → $0.20, output $3 → $0.20 per 1M tokens (−93 %)"
    assert held == f"{told} is held: it moved by a factor of 15.0" and prices(engine)["a"] == Decimal("0.2")


def test_a_move_that_moves_on_before_it_is_confirmed_begins_anew(engine: Engine, pages: Pages) -> None:
    one = edges(engine, pages)
    run(one)
    for price, status in (("0.2", Status.held), ("0.3", Status.held), ("2", Status.provisional)):
        pages.put("/acme", text(LIST | {"a": price}))
        run(one, again=True)
        assert {(m.after, m.status) for m in moves(engine) if m.status is not Status.withdrawn} == {
            (Decimal(price), status)
        }
    run(one)
    assert {m.status for m in moves(engine)} == {Status.withdrawn, Status.confirmed}
    assert prices(engine)["a"] == 2


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (text(LIST).replace("output_mtok", "input_mtok"), "missing_column"),  # a column is lost
        ("".join(text(LIST).splitlines(keepends=True)[:6]), "incomplete_page"),  # half of the rows
        ("", "no_table"),
        ("trip", "parse_error"),
    ],
)
def test_a_broken_page_is_blind_and_the_last_good_prices_stay(
    engine: Engine, pages: Pages, broken: str, kind: str
) -> None:
    one = edges(engine, pages)
    run(one)
    pages.put("/acme", broken.replace("a input_mtok 3", "a input_mtok 1"))
    for _ in range(3):
        assert run(one)[0].outcome == kind
    assert moves(engine) == []
    assert prices(engine) == {m: Decimal(p) for m, p in LIST.items()}
    (told,) = alerts(engine)  # once, however long it lasts
    assert "acme" in told["subject"].lower()
    with asking(engine) as connection:
        (row, _) = questions.snapshot_rows(connection)
        assert f"/snapshots/{row['id']}" in str(
            connection.execute(select(alerts_table.c.message)).scalar_one()
        )
    pages.put("/acme", text(LIST))
    assert run(one)[0].outcome == "well"
    assert len(alerts(engine)) == 2  # and once when it is well again


def test_the_page_is_kept_before_it_is_read(engine: Engine, pages: Pages) -> None:
    pages.put("/acme", "trip over this")
    run(edges(engine, pages))
    with asking(engine) as connection:
        (row,) = questions.snapshot_rows(connection)
        assert snapshots.body_of(connection, row["id"]) == b"trip over this"


def test_one_failing_source_never_stops_another(engine: Engine, pages: Pages) -> None:
    pages.put("/gone", "", status=503)
    pages.put("/trips", "trip")
    one = edges(engine, pages, ids=("gone", "trips", "acme"))
    outcomes = {one.source: one.outcome for one in run(one, ("gone", "trips", "acme"))}
    assert outcomes == {"gone": "http_status", "trips": "parse_error", "acme": "well"}


def test_a_page_is_asked_for_conditionally_only_after_it_was_read_well(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    pages.put("/acme", "trip")
    run(one, again=True)
    run(one, again=True)
    assert pages.statuses("/acme") == [200, 200]  # never 304 of a page that was not read
    pages.put("/acme", text(LIST))
    for _ in range(3):
        run(one, again=True)
    assert pages.statuses("/acme")[2:] == [200, 304, 304]
    run(replace(one, readers="2"), again=True)  # mended readers read again
    run(replace(one, readers="2"), again=True)
    assert pages.statuses("/acme")[5:] == [200, 304]
    pages.put("/acme", text(LIST | {"a": "2"}))
    run(one, again=True)
    clock.later(minutes=2)
    run(one, again=True)
    assert pages.statuses("/acme")[7:] == [200, 200]  # the second look is unconditional


def test_a_dated_price_moves_on_its_day_though_the_page_stays_the_same(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    pages.put("/acme", text(LIST) + "a input_mtok 2 2026-08-03\n")
    for _ in range(3):
        run(one, again=True)
        clock.later(hours=8)
    assert pages.statuses("/acme") == [200, 304, 200]  # read again on the 2nd
    clock.later(hours=24)
    run(one)
    (move,) = moves(engine)
    assert (move.before, move.after, move.status) == (3, 2, Status.confirmed)
    assert move.at == datetime(2026, 8, 3, tzinfo=UTC)
    assert prices(engine, at=datetime(2026, 8, 3, tzinfo=UTC))["a"] == 2


def test_a_promotion_that_is_extended_is_no_move(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    one = replace(one, sources={"acme": replace(one.sources["acme"], reader=promoted)})
    for day in ("2026-08-31", "2026-09-30"):
        pages.put("/acme", f"a 3 {day}\n")
        assert run(one)[0].outcome == "well"
        clock.later(hours=1)
    assert prices(engine, clock.now()) == {"a": Decimal(3)}
    assert moves(engine) == [] and alerts(engine) == []


def test_after_a_clock_that_was_ahead_looks_go_on(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    clock.later(days=400)
    run(one)
    clock.later(days=-399)
    pages.put("/acme", text(LIST | {"a": "2"}))
    assert {m.after for m in run(one)[0].moves} == {Decimal(2)}
    with asking(engine) as connection:
        assert states.get(connection, "acme", lock=False).due > clock.now()


def test_an_unchanged_source_costs_one_row_of_looks(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    for _ in range(5):
        run(one, again=True)
        clock.later(hours=1)
    with asking(engine) as connection:
        (row,) = questions.look_rows(connection, "acme")
    assert (row["times"], row["last_at"] - row["first_at"]) == (5, timedelta(hours=4))


def test_new_articles_are_told_and_the_first_look_tells_nobody(engine: Engine, pages: Pages) -> None:
    one = edges(engine, pages, ids=("feed",))
    pages.put("/feed", "one two")
    run(one, ("feed",))
    assert alerts(engine) == []
    pages.put("/feed", "three one two")
    run(one, ("feed",))
    (alert,) = alerts(engine)
    assert "three" in alert["subject"]
    run(one, ("feed",))
    assert len(alerts(engine)) == 1


def test_failing_looks_wait_longer_and_are_told_after_three(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    pages.put("/acme", "", status=503)
    waits = []
    for looks in range(1, 7):
        run(one, again=True)
        with asking(engine) as connection:
            waits.append(questions.source_rows(connection)["acme"].due - clock.now())
        assert len(alerts(engine)) == (1 if looks >= 3 else 0)
        clock.later(hours=1)
    hours = [w / timedelta(hours=1) for w in waits]
    assert [round(h) for h in hours] == [1, 2, 4, 8, 8, 8]


def test_without_a_channel_nothing_waits(engine: Engine, pages: Pages) -> None:
    one = edges(engine, pages, channels=())
    run(one)
    pages.put("/acme", text(LIST | {"a": "2"}))
    run(one)
    assert {m.status for m in moves(engine)} == {Status.confirmed}
    with asking(engine) as connection:
        assert connection.execute(select(deliveries)).all() == []


def test_a_page_that_flaps_is_told_once_and_once_when_it_is_steady(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(one)
    for n in range(40):
        clock.later(minutes=30)
        pages.put("/acme", text(LIST | ({"a": "2"} if n % 2 else {})))
        run(one, again=True)
    assert {m.status for m in moves(engine) if m.status is not Status.provisional} == {Status.withdrawn}
    assert [alert["subject"] for alert in alerts(engine)] == ["acme is flapping"]
    pages.put("/acme", text(LIST))
    for _ in range(30):
        clock.later(hours=1)
        run(one, again=True)
    assert [alert["subject"] for alert in alerts(engine)] == ["acme is well again", "acme is flapping"]


def test_a_model_that_leaves_is_told_once_and_one_that_seems_renamed_at_once(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(one)
    rest = {model: price for model, price in LIST.items() if model != "f"}
    pages.put("/acme", text(rest))
    for _ in range(7):
        clock.later(days=1)
        run(one)
    (left,) = alerts(engine)
    assert left["subject"] == "acme no longer lists f (input $8, output $8)"
    pages.put("/acme", text({m: p for m, p in rest.items() if m != "e"} | {"e-preview": rest["e"]}))
    for _ in range(7):
        clock.later(days=1)
        run(one)
    (renamed, _) = alerts(engine)
    assert renamed["subject"] == "acme lists e-preview in place of e (input $7, output $7): renamed?"
    assert moves(engine) == []


def test_no_network_at_all_is_told_once_and_not_of_each_source(engine: Engine, pages: Pages) -> None:
    clock, ids = Clock(), ("a", "b", "c", "d")
    one = edges(engine, pages, ids=ids, clock=clock)
    for id in ids:
        pages.put(f"/{id}", text(LIST))
    run(one, ids)
    for id in ids:
        pages.put(f"/{id}", "", status=503)
    for _ in range(5):
        clock.later(hours=6)
        run(one, ids)
    assert [alert["subject"] for alert in alerts(engine)] == ["No source can be reached"]
    for id in ("a", "b", "c"):
        pages.put(f"/{id}", text(LIST))
    for _ in range(2):
        clock.later(hours=6)
        run(one, ids)
    assert [alert["subject"] for alert in alerts(engine)] == [
        "d is failing",
        "Sources are reached again",
        "No source can be reached",
    ]


def test_one_source_of_several_that_fails_is_told_by_itself(engine: Engine, pages: Pages) -> None:
    clock, ids = Clock(), ("a", "b", "c", "d")
    one = edges(engine, pages, ids=ids, clock=clock)
    for id in ids[1:]:
        pages.put(f"/{id}", text(LIST))
    for _ in range(4):
        run(one, ids)
        clock.later(hours=6)
    assert [alert["subject"] for alert in alerts(engine)] == ["a is failing"]
