"""What moves do to bills, and who asks least elsewhere, as the store has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine

from scrapers.page import STANDARD, Terms
from tests.domain.made import at, both, line
from tests.web import stock
from tracker.adapters.store import bundled, offers
from tracker.adapters.store.backfilled import reconcile, register
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.questions import find_moves
from tracker.adapters.store.tables import metadata
from tracker.domain.bill import bill_lines
from tracker.domain.model import Basis, Move, Series, Status
from tracker.domain.offers import offer_line
from tracker.domain.settings import Workload

NOW = stock.NOW
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])


def workload(name: str, model: str, terms: Terms = STANDARD, currency: str = "", **monthly: int) -> Workload:
    return Workload(name, model, {f"{m}_mtok": Decimal(n) for m, n in monthly.items()}, terms, currency)


BOT = workload("support bot", "openai/gpt-4o", input=400, output=80)
THINKER = workload("research", "openai/o3", input=10, output=8)
CHAT = workload("chat", "deepseek/deepseek-chat", input=100)


def lines(
    connection: Connection, workloads: Sequence[Workload], moves: Sequence[Move], at: datetime
) -> list[str]:
    return bill_lines(offers.bills_of(connection, workloads, moves, at))


def stand(engine: Engine, id: str, spans: Sequence[object], basis: Basis = Basis.observed) -> None:
    with writing(engine) as connection:
        register(connection, id, "histories", "", f"https://{id}.example/", NOW - timedelta(days=3))
        reconcile(connection, id, spans, basis=basis, at=NOW - timedelta(days=3))  # type: ignore[arg-type]


def seen_move(
    before: str, after: str, meter: str = "input", name: str = "openai/gpt-4o", **more: object
) -> Move:
    return replace(
        Move(line(name, meter), Decimal(before), Decimal(after), NOW, NOW, source="openai"),
        **more,  # type: ignore[arg-type]
    )


def test_the_bills_that_the_great_cuts_moved(engine: Engine) -> None:
    """GPT-4o on 2 October 2024 and o3 on 10 June 2025, by the bundled facts; nobody else's bill is told."""
    with writing(engine) as connection:
        bundled.load(connection, datetime.now(UTC))
    with asking(engine) as connection:
        moves = find_moves(connection, Filters(documented=True))
        on = {day: [m for m in moves if m.at == at(day)] for day in ("2024-10-02", "2025-06-10")}
        told = [lines(connection, (BOT, THINKER, CHAT), on[day], at(day)) for day in on]
        together = [*on["2024-10-02"], *on["2025-06-10"]]
        both_at_once = lines(connection, (BOT, THINKER, CHAT), together, at("2025-06-10"))
    assert told == [
        ["support bot: $3,200 → $1,800 a month (−44 %)"],
        ["research: $420 → $84 a month (−80 %)"],
    ]
    assert both_at_once[2] == "2 workloads together: $3,620 → $1,884 a month (−48 %)"


@ON_SQLITE
def test_several_moves_of_one_price_are_one_step_from_the_first_to_what_holds(engine: Engine) -> None:
    stand(engine, "openai", both("openai/gpt-4o", "2026-09-01", 4, 10))
    steps = [
        seen_move("6", "5", recorded_at=NOW - timedelta(days=2), at=NOW - timedelta(days=2)),
        seen_move("5", "4"),
    ]
    with asking(engine) as connection:
        for told in (steps, steps[::-1]):
            assert lines(connection, [BOT], told, NOW) == ["support bot: $3,200 → $2,400 a month (−25 %)"]
        as_told = seen_move("8", "4")  # the price last announced, several steps ago
        assert lines(connection, [BOT], [as_told], NOW) == ["support bot: $4,000 → $2,400 a month (−40 %)"]
        there_and_back = [replace(steps[0], before=Decimal(4)), steps[1]]
        assert lines(connection, [BOT], there_and_back, NOW) == []


@ON_SQLITE
def test_a_move_of_another_tier_meter_currency_or_model_touches_no_bill(engine: Engine) -> None:
    stand(engine, "openai", both("openai/gpt-4o", "2026-09-01", 4, 10))
    one = seen_move("5", "4")
    others = [
        replace(one, series=replace(one.series, terms=Terms(tier="batch"))),
        replace(one, series=replace(one.series, meter="cache_read_mtok")),
        replace(one, series=replace(one.series, currency="EUR")),
        replace(one, series=replace(one.series, model="gpt-4o-mini")),
        replace(one, series=replace(one.series, provider="azure")),
        replace(one, series=Series("", "", "", STANDARD, "")),
    ]
    with asking(engine) as connection:
        assert lines(connection, [BOT], others, NOW) == []
        batch = replace(BOT, terms=Terms(tier="Batch"))
        assert lines(connection, [batch], others, NOW) == [
            "support bot: at least $2,000 → at least $1,600 a month; no price for output_mtok"
        ]


@ON_SQLITE
def test_what_a_catalogue_says_late_moves_no_bill_that_goes_by_the_page(engine: Engine) -> None:
    stand(engine, "openai", both("openai/gpt-4o", "2026-09-01", 4, 10))
    stand(engine, "litellm", both("openai/gpt-4o", "2026-09-01", 5, 10), Basis.catalogue)
    with asking(engine) as connection:
        assert lines(connection, [BOT], [seen_move("6", "5", source="litellm")], NOW) == []
        assert lines(connection, [BOT], [seen_move("6", "4", source="litellm")], NOW) == [
            "support bot: $3,200 → $2,400 a month (−25 %)"
        ]


@ON_SQLITE
def test_a_move_that_is_not_in_force_yet_is_billed_by_its_own_figures(engine: Engine) -> None:
    with asking(engine) as connection:
        assert lines(connection, [CHAT], [seen_move("0.5", "0.3", name="deepseek/deepseek-chat")], NOW) == [
            "chat: $50 → $30 a month (−40 %)"
        ]


@ON_SQLITE
def test_the_cheapest_offer_elsewhere_is_told_with_the_day_of_the_last_good_look(engine: Engine) -> None:
    sources = stock.by_id(stock.source("openai"), stock.source("deepinfra", "hosts"))
    stock.add_sources(engine, sources)
    stock.set_health(engine, "deepinfra", "failing", well=timedelta(days=2))
    page = stock.keep_page(engine, "openai", b"openai"), stock.keep_page(engine, "deepinfra", b"deepinfra")
    moved = stock.move("openai", "gpt-4o", "5", "2.5", status=Status.confirmed)
    output = stock.move("openai", "gpt-4o", "15", "10", meter="output_mtok", status=Status.confirmed)
    stock.add_moves(engine, [moved, output], page[0])
    hosted = [
        stock.move("deepinfra", "openai/gpt-4o", "9", price, meter=f"{meter}_mtok", status=Status.confirmed)
        for meter, price in (("input", "0.23"), ("output", "0.69"))
    ]
    stock.add_moves(engine, hosted, page[1])
    with asking(engine) as connection:
        found = offers.cheapest(connection, moved, NOW)
        assert found and offer_line(found) == (
            "cheapest comparable: DeepInfra at $0.23 in, $0.69 out per 1M tokens"
            " (−92 % by a 3:1 blend), seen 2026-09-13"
        )
        other_way = offers.cheapest(connection, hosted[0], NOW)
        assert other_way and "nobody comparable is cheaper; the next is OpenAI" in offer_line(other_way)
        assert offers.cheapest(connection, replace(moved, after=Decimal("0.01")), NOW) is not None
        for nothing in (
            replace(moved, series=replace(moved.series, terms=Terms(tier="batch"))),
            replace(moved, series=replace(moved.series, meter="seat_month")),
            replace(moved, series=replace(moved.series, model="gpt-4o-mini")),
            replace(moved, series=replace(moved.series, currency="EUR")),
        ):
            assert offers.cheapest(connection, nothing, NOW) is None


@ON_SQLITE
def test_the_alerts_line_compares_with_the_price_that_the_move_came_to(engine: Engine) -> None:
    stand(engine, "openai", both("openai/gpt-4o", "2026-09-01", 5, 10))
    stand(engine, "azure", both("azure/gpt-4o", "2026-09-01", 3, 10))
    with asking(engine) as connection:
        dearer, cheaper = (offers.cheapest(connection, seen_move("5", after), NOW) for after in ("1", "4.5"))
    assert dearer and dearer.pct == Decimal("46.15")
    assert cheaper and cheaper.pct == Decimal("-19.15")


@settings(max_examples=50)
@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["USD", ""]))
def test_no_name_of_a_model_is_too_odd_to_ask_for(provider: str, model: str, currency: str) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    odd = replace(seen_move("2", "1"), series=Series(provider, model, "input_mtok", STANDARD, currency))
    with engine.connect() as connection:
        assert offers.cheapest(connection, odd, NOW) is None
        assert offers.bills_of(connection, [BOT], [odd], NOW) == []


@ON_SQLITE
def test_ten_thousand_moves_cost_one_question_of_the_store(engine: Engine) -> None:
    stand(engine, "openai", both("openai/gpt-4o", "2026-09-01", 4, 10))
    moves = [seen_move("5", "4", name=f"openai/model-{n}") for n in range(10_000)] + [seen_move("5", "4")]
    asked: list[str] = []
    with asking(engine) as connection:
        original = connection.execute

        def counted(*words: object, **more: object) -> object:
            asked.append(str(words[0]))
            return original(*words, **more)  # type: ignore[call-overload]

        connection.execute = counted  # type: ignore[assignment, method-assign]
        assert len(lines(connection, [BOT, THINKER, CHAT], moves, NOW)) == 1
    assert len(asked) == 1
