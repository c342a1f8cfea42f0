"""Indexes of prices: matched models, product lines, and the frontier over the open leader."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import day, event
from tracker.adapters import facts
from tracker.domain.announced import events_of, spans_of
from tracker.domain.facts import Line
from tracker.domain.index import Point, chain, line_steps, premium, provider_of, rebased
from tracker.domain.list_prices import Step, Variant, model_steps
from tracker.domain.model import Status
from tracker.domain.successors import Blend

BASE = date(2025, 1, 29)
ZERO = date(2025, 1, 1)


def steps(*prices: tuple[int, float | None]) -> list[Step]:
    """Prices from days after 1 January 2025 on."""
    return [Step(ZERO + timedelta(days=d), None if p is None else Decimal(str(p))) for d, p in prices]


def values(points: list[Point]) -> list[tuple[str, float, int]]:
    return [(str(p.day), round(p.value, 2), p.models) for p in points]


# --- matched models ---


def test_the_index_moves_by_the_geometric_mean_of_all_that_are_priced_on_both_sides() -> None:
    found = chain({"a": steps((0, 4), (10, 1)), "b": steps((0, 3)), "c": steps((10, 9))})
    assert values(found) == [("2025-01-01", 100, 2), ("2025-01-11", 50, 2)]  # √(1/4 · 1)


def test_a_models_first_price_moves_nothing_and_neither_does_its_last() -> None:
    found = chain({"a": steps((0, 4), (30, 2)), "b": steps((10, 100), (20, None))})
    assert values(found) == [("2025-01-01", 100, 1), ("2025-01-31", 50, 1)]


def test_a_model_that_comes_back_at_another_price_moves_nothing() -> None:
    assert len(chain({"a": steps((0, 4), (10, None), (20, 1)), "b": steps((0, 1))})) == 1


def test_a_step_that_joins_nothing_takes_its_model_out_for_that_day() -> None:
    swapped = [*steps((0, 4)), Step(ZERO + timedelta(days=10), Decimal(1), joins=False), *steps((20, 2))]
    found = chain({"a": swapped, "b": steps((0, 4), (10, 1))})
    assert values(found)[1:] == [("2025-01-11", 25, 1), ("2025-01-21", 35.36, 2)]


def test_no_price_at_all_is_no_index() -> None:
    assert chain({}) == []
    assert rebased([], BASE) == []


PRICE = st.sampled_from([None, 0.1, 0.5, 1, 2, 3, 10])
MODEL = st.lists(st.tuples(st.integers(0, 40), PRICE), max_size=6, unique_by=lambda s: s[0]).map(
    lambda own: steps(*sorted(own, key=lambda s: s[0]))
)
MODELS = st.lists(MODEL, max_size=6)


@given(models=MODELS, order=st.randoms())
def test_the_order_of_the_models_changes_nothing(models: list[list[Step]], order: object) -> None:
    named = [(str(i), own) for i, own in enumerate(models)]
    shuffled = list(named)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert chain(dict(named)) == chain(dict(shuffled))


@given(prices=st.lists(st.sampled_from([0.1, 1, 10]), min_size=1, max_size=5), at=st.integers(0, 9))
def test_an_index_over_no_change_is_a_hundred(prices: list[float], at: int) -> None:
    found = chain({str(i): steps((at, price)) for i, price in enumerate(prices)})
    assert [p.value for p in rebased(found, BASE)] == [100]


@given(models=MODELS, base=st.integers(0, 40))
def test_another_base_day_changes_the_scale_and_nothing_else(models: list[list[Step]], base: int) -> None:
    found = chain({str(i): own for i, own in enumerate(models)})
    on = ZERO + timedelta(days=base)
    other = rebased(found, on)
    assert [(p.day, p.models) for p in other] == [(p.day, p.models) for p in found]
    if found:
        scale = other[0].value / found[0].value
        assert all(
            math.isclose(b.value, a.value * scale, rel_tol=1e-3) for a, b in zip(found, other, strict=True)
        )
        held = [p.value for p in other if p.day <= on] or [other[0].value]
        assert held[-1] == 100


@given(models=MODELS, cut=st.integers(0, 40))
def test_the_index_of_the_whole_is_that_of_its_parts_chained(models: list[list[Step]], cut: int) -> None:
    on = ZERO + timedelta(days=cut)
    found = chain({str(i): own for i, own in enumerate(models)})
    whole, before = rebased(found, ZERO), rebased(found, ZERO, until=on)
    if not before:
        return
    after = rebased(found, on, since=on)
    assert after[0] == Point(on, 100, before[-1].models)
    assert math.isclose(before[-1].value * after[-1].value / 100, whole[-1].value, rel_tol=1e-3, abs_tol=1e-3)


def test_an_index_that_begins_later_is_a_hundred_on_its_first_day() -> None:
    found = chain({"a": steps((100, 4), (110, 2))})
    assert values(rebased(found, BASE)) == [("2025-04-11", 100, 1), ("2025-04-21", 50, 1)]


# --- product lines ---

LINES = [
    Line("Acme flagship", day("2025-01-01"), "acme-one", Decimal(4), Decimal(4)),
    Line("Acme flagship", day("2025-03-01"), "acme-two", Decimal(2), Decimal(2)),
    Line("Acme small", day("2025-01-01"), "acme-small", Decimal(1), Decimal(1)),
    Line("Acme small", day("2025-02-01"), "acme-smaller", Decimal(1), Decimal(1)),
]


def test_a_successor_moves_its_line_where_it_moves_no_model() -> None:
    found = chain(line_steps(LINES))
    assert values(found) == [("2025-01-01", 100, 2), ("2025-03-01", 70.71, 2)]


def test_a_line_that_begins_later_moves_nothing_by_that() -> None:
    later = Line("Acme new", day("2025-02-01"), "acme-new", Decimal(99), Decimal(99))
    assert values(chain(line_steps([*LINES, later])))[-1] == ("2025-03-01", 79.37, 3)


def test_a_line_goes_on_with_its_leaders_list_price_after_the_table_ends() -> None:
    said = [
        event("list_cut", "acme/acme-two", "2026-12-24", (2, 2), (1, 1)),
        event("list_cut", "acme/acme-one", "2026-12-25", (4, 4), (0.7, 0.7)),  # leads no more
        event("promo", "acme/acme-two", "2026-12-26", (1, 1), (0.1, 0.1)),
        event("list_cut", "other/acme-two", "2026-12-27", (2, 2), (0.6, 0.6)),
        event("list_cut", "acme/acme-two", "2026-12-28", (1, 1), (0.5, 0.5), Status.provisional),
    ]
    found = line_steps(LINES, said)["Acme flagship"]
    assert [(str(s.day), s.price) for s in found][2:] == [("2026-12-24", 1)]
    assert len(line_steps(LINES, said, until=day("2026-12-23"))["Acme flagship"]) == 2


def test_a_leader_of_a_later_day_is_not_known_yet() -> None:
    assert len(line_steps(LINES, until=day("2025-02-28"))["Acme flagship"]) == 1


# --- the bundled record ---


@pytest.mark.parametrize(
    ("line", "ratios"),
    [
        ("OpenAI flagship", (9.2, 15.3, 20.7, 4.0)),
        ("Anthropic Sonnet", (12.6, 19.0, 11.0, 4.0)),
        ("Anthropic Opus", (62.8, 31.7, 18.4, 8.1)),
    ],
)
def test_the_frontier_over_the_open_leader_is_as_worked_out_by_hand(
    line: str, ratios: tuple[float, ...]
) -> None:
    lines = line_steps([*facts.lines(), *facts.open_leader()])
    found = premium(lines, "DeepSeek flagship")
    for on, ratio in zip(("2025-01-29", "2025-12-15", "2026-06-15", "2026-11-20"), ratios, strict=True):
        last = [r for r in found if r.line == line and r.day <= day(on)][-1]
        assert last.ratio == pytest.approx(ratio, abs=0.051)


def test_every_line_of_the_table_has_its_provider() -> None:
    assert {provider_of(line.line) for line in facts.lines()} == {
        "anthropic", "deepseek", "google", "mistral", "openai", "xai",
    }  # fmt: skip


def test_the_bundled_record_reaches_from_2023_to_today_and_cleaned_differs_from_naive() -> None:
    bundled = spans_of([*facts.moves(), *facts.listings()])
    said = events_of(facts.moves(), Blend())
    found = {v: rebased(chain(model_steps(bundled, said, variant=v)), BASE) for v in Variant}
    for points in found.values():
        assert points[0].day.year == 2023
        assert points[-1].day > date(2026, 10, 1)
    days = {v: {p.day for p in points} for v, points in found.items()}
    swap, end_of_promo, promo = date(2024, 10, 2), date(2025, 2, 8), date(2026, 8, 21)
    assert {swap, end_of_promo, promo} <= days[Variant.naive] - days[Variant.cleaned]
    cuts = {date(2025, 1, 31), date(2025, 6, 10), date(2026, 5, 22), date(2026, 10, 29)}
    assert cuts <= days[Variant.cleaned]


def test_after_the_article_the_lines_went_up_by_a_quarter_and_down_by_a_third() -> None:
    found = rebased(chain(line_steps(facts.lines())), BASE)
    assert max(p.value for p in found if p.day > BASE) == pytest.approx(129.0, abs=0.1)
    assert found[-1].value == pytest.approx(70.4, abs=0.1)
