"""Prices that an article states are held against what was recorded for its day."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scrapers.page import Terms
from tests.domain.made import at, both
from tracker.adapters import facts
from tracker.adapters.claims import registered
from tracker.domain.announced import spans_of
from tracker.domain.figures import of_model
from tracker.domain.model import Basis
from tracker.domain.price_claims import PriceClaim, Verdict, compare
from tracker.domain.price_verdicts import judge
from tracker.domain.spans import Span

DAY = at("2025-01-29")
ONE: TypeAdapter[Any] = TypeAdapter(PriceClaim)
R1, O1, V3 = "deepseek/deepseek-reasoner", "openai/o1", "deepseek/deepseek-chat"
GPT_4O, SONNET = "openai/gpt-4o", "anthropic/claude-3-5-sonnet"
PRO, FLASH, LLAMA = "google/gemini-1.5-pro", "google/gemini-1.5-flash", "groq/llama-3.3-70b-versatile"

BY_HAND: dict[str, dict[str, Any]] = {
    "A1": {
        "actual": 0.14,
        "claimed": 0.07,
        "verdict": "incorrect",
        "matches_instead": ["cache_read scheduled"],
    },
    "A2": {
        "actual": 0.28,
        "claimed": 1.1,
        "verdict": "incorrect",
        "matches_instead": ["output scheduled"],
    },
    "A3": {
        "actual": {f"{GPT_4O} input": 2.5, f"{GPT_4O} output": 10},
        "claimed": {"input": 2.5, "output": 10},
        "verdict": "correct",
        "holds_for": [f"{GPT_4O} input", f"{GPT_4O} output"],
    },
    "A4": {
        "actual": {f"{R1} input": 0.55, f"{R1} output": 2.19},
        "claimed": {"input": 0.55, "output": 2.19},
        "verdict": "correct",
        "holds_for": [f"{R1} input", f"{R1} output"],
    },
    "A5": {
        "actual": {f"{O1} input": 15, f"{O1} output": 60},
        "claimed": {"input": 15, "output": 60},
        "verdict": "correct",
        "holds_for": [f"{O1} input", f"{O1} output"],
    },
    "A6": {
        "computed": {f"{R1} input": 96.33, f"{R1} output": 96.35},
        "claimed": 96,
        "verdict": "correct",
        "holds_for": [f"{R1} input", f"{R1} output"],
    },
    "A7": {
        "computed": {f"{O1} input": 27.27, f"{O1} output": 27.4},
        "claimed": 30,
        "verdict": "correct",
        "holds_for": [f"{O1} input", f"{O1} output"],
    },
    "A8": {
        "computed": {
            f"{GPT_4O} input": 17.86,
            f"{GPT_4O} output": 35.71,
            f"{SONNET} input": 21.43,
            f"{SONNET} output": 53.57,
        },
        "claimed": 53,
        "verdict": "partly",
        "holds_for": [f"{SONNET} output"],
    },
    "A9": {
        "computed": {
            f"{PRO} input": 8.93,
            f"{PRO} output": 17.86,
            f"{FLASH} input": 0.54,
            f"{FLASH} output": 1.07,
            f"{LLAMA} input": 4.21,
            f"{LLAMA} output": 2.82,
        },
        "claimed": 10,
        "verdict": "partly",
        "holds_for": [f"{PRO} output"],
    },
    "A10": {"actual": 200, "claimed": 200, "verdict": "correct"},
}


def told(claim: Any, spans: list[Span], day: str = "2025-01-29") -> dict[str, Any]:
    """What is said of a claim, without its words and its rows."""
    said = judge(ONE.validate_python({"id": "A", "quote": "so it is"} | claim), spans, at(day)).as_dict()
    return {key: value for key, value in said.items() if key not in ("quote", "evidence", "note")}


@pytest.mark.parametrize("id", BY_HAND)
def test_the_articles_own_numbers_are_judged_as_by_hand(id: str) -> None:
    spans = spans_of([*facts.moves(), *facts.listings()])
    (claim,) = [c for c in registered().price_claims if c.id == id]
    said = judge(claim, spans, DAY).as_dict()
    assert {k: v for k, v in said.items() if k not in ("quote", "evidence", "note")} == BY_HAND[id]
    assert said["quote"] == claim.quote and len(claim.quote) < 100


def test_the_rows_that_a_verdict_rests_on_are_named_with_source_and_day() -> None:
    spans = spans_of([*facts.moves(), *facts.listings()])
    (a1,) = [c for c in registered().price_claims if c.id == "A1"]
    billed, later = judge(a1, spans, DAY).as_dict()["evidence"]
    assert (billed["component"], billed["price"], billed["valid_from"]) == ("input", 0.14, "2024-12-26")
    assert (later["component"], later["price"], later["valid_from"]) == ("cache_read", 0.07, "2025-02-08")
    assert billed["source"] == "facts" and "DeepSeek pricing page" in billed["label"]


PROMO = [
    *both(V3, "2024-05-06", "0.1", "0.3", "2024-12-26"),
    *both(V3, "2024-12-26", "0.14", "0.28", "2025-02-08", promo_until="2025-02-07"),
    *both(V3, "2025-02-08", "0.27", "1.1"),
]


def test_a_figure_that_a_promotion_ends_at_is_scheduled() -> None:
    found = compare(Decimal("1.10"), PROMO, DAY, "output", Decimal(1))
    assert (found.actual, found.verdict) == (Decimal("0.28"), Verdict.incorrect)
    assert found.matches_instead == ("output scheduled",)


def test_what_follows_is_no_schedule_where_no_end_was_recorded() -> None:
    unannounced = [replace(s, promo_until="") for s in PROMO]
    assert compare(Decimal("1.10"), unannounced, DAY, "output", Decimal(1)).matches_instead == ()


def test_what_another_source_says_before_a_promotions_last_day_does_not_follow_it() -> None:
    early = both(V3, "2025-02-01", "0.9", "0.9", basis=Basis.catalogue)
    found = compare(Decimal("1.10"), [*PROMO, *early], DAY, "output", Decimal(1))
    assert found.matches_instead == ("output scheduled",)


def test_behind_a_promotion_without_a_recorded_end_stands_the_price_before_it() -> None:
    standing = [s for s in PROMO if s.valid_from < DAY]
    assert compare(Decimal("0.30"), standing, DAY, "output", Decimal(1)).matches_instead == (
        "output scheduled",
    )


def test_another_price_of_the_model_in_force_is_named() -> None:
    found = compare(Decimal("0.28"), PROMO, DAY, "input", Decimal(1))
    assert found.matches_instead == ("output",)


def test_a_price_that_nobody_recorded_is_unknown() -> None:
    assert compare(Decimal(1), PROMO, DAY, "cache_read", Decimal(1)).verdict is Verdict.unknown
    assert compare(Decimal(1), PROMO, at("2024-01-01"), "input", Decimal(1)).verdict is Verdict.unknown
    assert told({"series": f"{O1}/input", "expect": 15}, PROMO) == {
        "actual": None,
        "claimed": 15,
        "verdict": "unknown",
    }


@pytest.mark.parametrize(
    ("stated", "verdict"), [("0.14", "correct"), ("0.1415", "incorrect"), ("0.1414", "correct")]
)
def test_a_tolerance_is_a_part_of_what_was_stated(stated: str, verdict: str) -> None:
    """0.1414 is off by 0.99 % of itself and by 1.00 % of 0.14; 0.1415 by 1.06 % of itself."""
    assert compare(Decimal(stated), PROMO, DAY, "input", Decimal(1)).verdict.value == verdict


def test_a_price_of_some_hours_of_another_tier_or_in_another_currency_is_not_the_list_price() -> None:
    other = [
        *both(V3, "2025-01-01", 7, 7, terms=Terms(window="16:30-00:30Z")),
        *both(V3, "2025-01-01", 7, 7, terms=Terms(tier="batch")),
        *both(V3, "2025-01-01", 7, 7, terms=Terms(region="CN")),
        *both(V3, "2025-01-01", 7, 7, currency="CNY"),
    ]
    assert of_model(other, V3) == []
    assert told({"series": f"{V3}/input", "expect": 0.14}, [*PROMO, *other])["actual"] == 0.14


def test_what_was_documented_goes_before_what_a_catalogue_says() -> None:
    catalogue = both(V3, "2025-01-20", "0.9", "0.9", basis=Basis.catalogue)
    assert told({"series": f"{V3}/input", "expect": 0.14}, [*PROMO, *catalogue])["verdict"] == "correct"
    seen = both(V3, "2025-01-20", "0.9", "0.9", basis=Basis.observed)
    assert told({"series": f"{V3}/input", "expect": 0.9}, [*PROMO, *seen])["verdict"] == "correct"


def test_a_name_is_compared_without_case_and_punctuation() -> None:
    assert told({"series": "deepseek/DeepSeek Chat/input", "expect": 0.14}, PROMO)["verdict"] == "correct"


def test_a_claim_of_which_one_figure_holds_holds_partly() -> None:
    said = told({"series": V3, "components": {"input": 0.14, "output": 1.10}}, PROMO)
    assert (said["verdict"], said["holds_for"]) == ("partly", [f"{V3} input"])
    assert said["matches_instead"] == ["output scheduled"]


def test_a_claim_of_which_one_figure_is_not_recorded_is_not_correct() -> None:
    said = told({"series": V3, "components": {"input": 0.14, "cache_read": 0.014}}, PROMO)
    assert (said["verdict"], said["holds_for"]) == ("partly", [f"{V3} input"])
    assert f"{V3} cache_read" not in said["actual"]


def test_a_proportion_needs_both_prices() -> None:
    claim = {"ratio": {"a": [O1, GPT_4O], "b": V3}, "expect": 18, "components": ["input"]}
    assert told(claim, PROMO) == {"computed": {}, "claimed": 18, "verdict": "unknown", "holds_for": []}
    said = told(claim, [*PROMO, *both(GPT_4O, "2024-10-02", "2.5", 10)])
    assert (said["verdict"], said["computed"]) == ("partly", {f"{GPT_4O} input": 17.86})


def test_nothing_is_divided_by_a_price_of_nothing() -> None:
    free = [*both(O1, "2025-01-01", 1, 1), *both(V3, "2025-01-01", 0, 0)]
    assert told({"ratio": {"a": O1, "b": V3}, "expect": 5}, free)["verdict"] == "unknown"
    assert told({"pct_cheaper": {"a": V3, "b": O1}, "expect": 100}, free)["verdict"] == "correct"


def test_times_that_are_a_floor_are_met_from_there_on() -> None:
    spans = [*both(O1, "2025-01-01", 10, 9), *both(V3, "2025-01-01", 1, 1)]
    claim = {"ratio": {"a": O1, "b": V3}, "at_least": 10}
    assert told(claim, spans)["holds_for"] == [f"{O1} input"]
    assert told(claim | {"components": ["output"]}, spans)["verdict"] == "incorrect"


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ({}, "exactly one of series, pct_cheaper and ratio"),
        ({"series": "a/b/input", "expect": 1, "ratio": {"a": "a/b", "b": "c/d"}}, "exactly one of"),
        ({"series": "a/b/inptu", "expect": 1}, "no component"),
        ({"series": "a/b", "components": {"inptu": 1}}, "no component"),
        ({"series": "b/input", "expect": 1}, "not provider/model"),
        ({"series": "a/b/input"}, "either expect, or components"),
        ({"series": "a/b", "expect": 1, "components": {"input": 1}}, "either expect, or components"),
        ({"series": "a/b/input", "expect": -1}, "greater than or equal to 0"),
        ({"series": "a/b/input", "expect": "NaN"}, "finite"),
        ({"series": "a/b/input", "expect": 1, "tolerance": 1}, "Extra inputs"),
        ({"ratio": {"a": "a/b", "b": "c/d"}}, "either expect or at_least"),
        ({"ratio": {"a": [], "b": "c/d"}, "expect": 2}, "at least 1 item"),
        ({"ratio": {"a": "b", "b": "c/d"}, "expect": 2}, "not provider/model"),
        ({"pct_cheaper": {"a": "a/b", "b": "c/d"}, "expect": 2, "components": []}, "at least 1 item"),
    ],
)
def test_a_claim_that_says_something_else_is_refused(claim: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ONE.validate_python({"id": "A", "quote": "so it is"} | claim)


PRICES = st.decimals(min_value=Decimal("0.001"), max_value=1000, places=3)


@given(PRICES, PRICES, st.integers(1, 20))
def test_a_proportion_is_the_same_in_any_unit(a: Decimal, b: Decimal, unit: int) -> None:
    claim = {"ratio": {"a": O1, "b": V3}, "expect": 7}
    spans = [*both(O1, "2025-01-01", a, a), *both(V3, "2025-01-01", b, b)]
    assert told(claim, spans) == told(claim, [replace(s, price=s.price * unit) for s in spans])


@given(PRICES, PRICES, st.integers(0, 100))
def test_what_was_recorded_is_correct_to_the_cent_and_a_wider_tolerance_never_turns_it(
    price: Decimal, stated: Decimal, pct: int
) -> None:
    spans = both(O1, "2025-01-01", price, price)
    assert compare(price, spans, DAY, "input", Decimal(0)).verdict is Verdict.correct
    if compare(stated, spans, DAY, "input", Decimal(pct)).verdict is Verdict.correct:
        assert compare(stated, spans, DAY, "input", Decimal(100)).verdict is Verdict.correct
