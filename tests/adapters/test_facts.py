"""The bundled facts are whole, strict and said once."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from tracker.adapters import facts

ROW = {
    "date": "2025-06-10",
    "provider": "openai",
    "model": "o3",
    "component": "input",
    "old": "10",
    "new": "2",
    "pct": "-80.0",
    "kind": "list_cut",
    "source": "somewhere",
    "confidence": "high",
    "predecessor": "",
    "group": "2025-06-10:openai:o3",
    "note": "",
    "date_lo": "2025-06-10",
    "date_hi": "2025-06-10",
}


def test_the_whole_record_is_there() -> None:
    moves = facts.moves()
    assert len(moves) == 272
    assert len({f.group for f in moves}) == 114
    assert len(facts.lines()) == 90
    assert moves[0].day == date(2023, 2, 1)
    assert list(moves) == sorted(moves, key=lambda f: f.day)


def test_a_fact_is_frozen_and_its_price_exact() -> None:
    cut = next(f for f in facts.moves() if (f.model, f.component) == ("deepseek-v4-pro", "cache_read"))
    assert cut.new == Decimal("0.003625")
    with pytest.raises(dataclasses.FrozenInstanceError):
        cut.new = Decimal(0)  # type: ignore[misc]


def test_every_row_names_its_source_and_no_comma_of_it_leaks_into_the_next_column() -> None:
    for fact in facts.moves() + facts.listings() + facts.hosts():
        assert fact.source
        assert fact.confidence in facts.CONFIDENCE
        assert fact.group.startswith(("2023-", "2024-", "2025-", "2026-", "2027-")), fact


def test_an_uncertain_day_keeps_its_interval() -> None:
    team = next(f for f in facts.moves() if f.model == "Claude Team standard (monthly)")
    assert (team.day_lo, team.day, team.day_hi) == (date(2025, 10, 1), date(2026, 1, 15), date(2026, 10, 18))


def test_the_percentage_follows_from_the_prices() -> None:
    assert facts.fact_of(ROW).pct == Decimal("-80.0")
    assert facts.fact_of(ROW | {"old": ""}).pct is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "list_cutt"}, "kind"),
        ({"component": "input tokens"}, "component"),
        ({"confidence": " no copy seen"}, "confidence"),
        ({"new": ""}, "is not a price"),
        ({"new": "NaN"}, "is not a price"),
        ({"old": "-1"}, "is not a price"),
        ({"date": "10 June"}, "isoformat"),
        ({"date_lo": "2025-06-11"}, "is not between"),
        ({"source": ""}, "must be stated"),
    ],
)
def test_a_row_that_says_something_else_is_refused(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        facts.fact_of(ROW | wrong)


def test_no_component_of_a_model_is_listed_twice_on_one_day() -> None:
    prices: dict[tuple[str, str, str, date], set[Decimal]] = defaultdict(set)
    for fact in facts.listings() + facts.hosts():
        prices[fact.provider, fact.model, fact.component, fact.day].add(fact.new)
    assert all(len(found) == 1 for found in prices.values())


def test_a_product_line_is_in_order_of_its_days() -> None:
    by_line: dict[str, list[date]] = defaultdict(list)
    for line in facts.lines():
        by_line[line.line].append(line.valid_from)
        assert line.price_in > 0 and line.price_out > 0
    assert len(by_line) == 15
    assert all(days == sorted(days) for days in by_line.values())


def test_the_record_of_hosts_has_whole_models_and_no_reseller() -> None:
    hosts = facts.hosts()
    assert {f.kind for f in hosts} == {"listed"}
    assert not [f for f in hosts if "distill" in f.model.lower()]
    assert not {f.provider for f in hosts} & {"openrouter", "deepseek", "hyperbolic"}
    assert all(f.new > 0 for f in hosts)
