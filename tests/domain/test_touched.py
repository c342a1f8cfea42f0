"""Which predictions moves speak to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from scrapers.page import STANDARD, Terms
from tests.domain.made import at, line
from tracker.adapters.claims import readable, registered
from tracker.domain.claims import Claims
from tracker.domain.model import Move, Series, Status
from tracker.domain.touched import touch_line, touched

DAY = at("2026-06-10")
CLAIMS = registered()


def move(
    name: str = "openai/o3",
    meter: str = "input",
    before: str = "10",
    after: str = "2",
    event: str = "",
    day: str = "2026-06-10",
    terms: Terms = STANDARD,
) -> Move:
    series = line(name, meter, terms)
    if meter == "seat_month":
        series = Series(series.provider, series.model, meter, terms, "USD")
    kind = "plan" if meter == "seat_month" else "list"
    event = event or f"{kind}_{'cut' if Decimal(after) < Decimal(before) else 'rise'}"
    return Move(
        series, Decimal(before), Decimal(after), at(day), at(day), status=Status.confirmed, event=event
    )


def lines(*moves: Move, claims: tuple[Claims, ...] = (CLAIMS,)) -> list[str]:
    return [touch_line(t, None).partition(" of ")[0] for t in touched(claims, moves, DAY)]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (move(), ["touches P1"]),
        (move("anthropic/claude-opus-4.5"), ["touches P2"]),
        (move("openai/chatgpt plus", "seat_month", "20", "15"), ["touches P3"]),
        (move("anthropic/claude pro", "seat_month", "20", "25"), ["speaks against P4"]),
        (move(before="2", after="3"), ["speaks against P1"]),
        (move(terms=Terms(tier="batch")), ["touches P1"]),  # reported beside the verdict
        (move("deepseek/deepseek-chat"), []),
        (move(after="9.9"), []),  # one per cent
        (move(event="promo"), []),
        (move(before="2", after="3", event="end_of_promo"), []),
        (move(event="alias_swap"), []),
        (move(day="2025-01-20"), []),  # before the article
    ],
)
def test_a_move_touches_the_predictions_that_count_it(one: Move, said: list[str]) -> None:
    assert lines(one) == said


def test_a_prediction_is_named_once_with_what_it_says_and_how_it_stands() -> None:
    (one,) = touched([CLAIMS], [move(), move(meter="output"), move("openai/o4")], DAY)
    assert touch_line(one, {"H90": "confirmed", "open": "not_met"}) == (
        "touches P1 of “Deep Impact” (OpenAI would cut its API prices): "
        "so far confirmed within 90 days, not met until now"
    )
    assert touch_line(one, None).endswith("(OpenAI would cut its API prices): not judged yet")


def test_a_claim_that_prices_rise_is_touched_by_rises() -> None:
    definition = CLAIMS.definitions["D1"].model_copy(update={"event": "list_rise"})
    first = CLAIMS.predictions[0].model_copy(update={"report_also": (), "test_with": ("D1",)})
    rising = CLAIMS.model_copy(update={"definitions": {"D1": definition}, "predictions": (first,)})
    (one,) = touched([rising], [move(before="2", after="3")], DAY)
    assert "(OpenAI would raise its API prices)" in touch_line(one, None)
    assert lines(move(), claims=(rising,)) == []


def test_the_words_of_a_claims_file_stay_on_one_line() -> None:
    source = CLAIMS.source.model_copy(update={"title": "a\n\u202eb" + "x" * 500})
    (one,) = touched([CLAIMS.model_copy(update={"source": source})], [move()], DAY)
    said = touch_line(one, {"H90": "confirmed"})
    assert "\n" not in said and "\u202e" not in said and len(said) < 250


def test_odd_names_and_events_touch_nothing_and_break_nothing() -> None:
    odd = [replace(move(), event=event) for event in ("", "gone", "\x00", "list_cutt")]
    assert lines(*odd, move("openai/" + "x" * 10_000, before="0"), move("/")) == []


def test_the_registered_claims_are_read_once() -> None:
    assert readable(())[0] is readable(())[0]
