"""Captures of a page, far apart and not all whole, as prices for as long as they held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from scrapers.page import STANDARD, Offer, Reading, Terms
from tracker.domain.captures import INSTANT, Told, tell
from tracker.domain.model import Basis, Move, Status
from tracker.domain.runs import Capture

START = datetime(2025, 1, 1, 12, tzinfo=UTC)
OTHERS = {f"other-{n}": n + 1 for n in range(6)}  # what makes a page whole, and small moves plausible


def on(month: int) -> datetime:
    return datetime(2025, month, 1, 12, tzinfo=UTC)


def capture(at: datetime, terms: Terms = STANDARD, **prices: float) -> Capture:
    """A page with a model "m" among others; m=0.5 is its price, without it the line is missing."""
    said = {**OTHERS, **prices}
    offers = [
        Offer(m, "input_mtok", Decimal(str(p)), "USD", terms if m == "m" else Terms())
        for m, p in said.items()
    ]
    return Capture(at, Reading(tuple(offers)), snapshot=at.month)


def told(*captures: Capture) -> Told:
    return tell(captures, "acme", source="wayback-acme", basis=Basis.observed)


def held(found: Told, model: str = "m") -> list[tuple[float, datetime, datetime | None]]:
    return [(float(s.price), s.valid_from, s.valid_to) for s in found.spans if s.series.model == model]


def test_a_price_holds_from_the_first_capture_that_shows_it_until_the_first_that_shows_another() -> None:
    found = told(*(capture(on(n), m=price) for n, price in enumerate((3, 3, 2, 2), 1)))
    assert held(found) == [(3, on(1), on(3)), (2, on(3), on(4))]
    (move,) = found.moves("wayback-acme")
    assert (move.not_before, move.at, move.status) == (on(2), on(3), Status.confirmed)
    assert (move.reason, move.event, move.snapshot, move.confirmed_by) == (
        "seen in 2 captures",
        "list_cut",
        3,
        4,
    )


def test_a_price_that_only_the_last_capture_shows_is_provisional_and_holds_for_a_moment() -> None:
    found = told(capture(on(1), m=3), capture(on(2), m=3), capture(on(3), m=2))
    assert held(found)[-1] == (2, on(3), on(3) + INSTANT)
    (move,) = found.moves("")
    assert (move.status, move.reason) == (Status.provisional, "seen in one capture only")


def test_what_one_capture_shows_between_two_that_agree_is_a_slip() -> None:
    found = told(*(capture(on(n), m=price) for n, price in enumerate((3, 3, 2, 3), 1)))
    assert held(found) == [(3, on(1), on(4))]
    assert found.moves("") == []


def test_a_promotion_that_one_capture_shows_is_no_slip() -> None:
    promo = capture(on(3), Terms(promo_until="2025-03-10"), m=2)
    found = told(capture(on(1), m=3), capture(on(2), m=3), promo, capture(on(4), m=3), capture(on(5), m=3))
    day_after = datetime(2025, 3, 11, tzinfo=UTC)
    assert held(found) == [(3, on(1), on(3)), (2, on(3), day_after), (3, day_after, on(5))]
    assert [m.event for m in found.moves("")] == ["promo", "end_of_promo"]


def test_the_day_that_a_page_states_is_when_a_price_took_effect_unless_a_capture_contradicts_it() -> None:
    for stated, begins in (("2025-02-15", datetime(2025, 2, 15, tzinfo=UTC)), ("2025-01-15", on(3))):
        new = [capture(on(n), Terms(effective_from=stated), m=2) for n in (3, 4)]
        found = told(capture(on(1), m=3), capture(on(2), m=3), *new)
        assert held(found)[1][1] == begins


def test_a_price_announced_for_a_day_to_come_holds_from_that_day() -> None:
    def page(at: datetime) -> Capture:
        offers = [Offer(m, "input_mtok", Decimal(p), "USD") for m, p in OTHERS.items()]
        now = Offer("m", "input_mtok", Decimal(2), "USD", Terms(promo_until="2025-02-28"))
        then = Offer("m", "input_mtok", Decimal(3), "USD", Terms(effective_from="2025-03-01"))
        return Capture(at, Reading((*offers, now, then)))

    found = told(page(on(1)), page(on(2)), capture(on(4), m=3), capture(on(5), m=3))
    day = datetime(2025, 3, 1, tzinfo=UTC)
    assert held(found) == [(2, on(1), day), (3, day, on(5))]


def test_a_capture_that_cannot_be_read_is_no_evidence() -> None:
    found = told(capture(on(1), m=3), Capture(on(2), None), capture(on(3), m=3))
    assert held(found) == [(3, on(1), on(3))]


def test_a_capture_without_much_of_what_is_known_is_no_evidence_until_three_in_a_row_agree() -> None:
    small = [Capture(on(n), Reading((Offer("m", "input_mtok", Decimal(2), "USD"),))) for n in (3, 4, 5, 6)]
    whole = capture(on(1), m=3), capture(on(2), m=3)
    found = told(*whole, *small[:2])
    assert held(found) == [(3, on(1), on(2))]
    assert {at: e.kind for at, e in found.refused.items()} == dict.fromkeys((on(3), on(4)), "incomplete_page")
    assert held(told(*whole, *small)) == [(3, on(1), on(5)), (2, on(5), on(6))]


def test_a_line_is_over_when_three_captures_in_a_row_do_not_show_it() -> None:
    def seen(*shown: bool) -> list[tuple[float, datetime, datetime | None]]:
        return held(told(*(capture(on(n), **({"m": 3} if s else {})) for n, s in enumerate(shown, 1))))

    assert seen(True, False, False, True) == [(3, on(1), on(4))]
    assert seen(True, False, False, False, True, True) == [(3, on(1), on(2)), (3, on(5), on(6))]


def test_a_line_is_over_when_the_last_captures_do_not_show_it() -> None:
    assert held(told(capture(on(1), m=3), capture(on(2), m=3), capture(on(3)))) == [(3, on(1), on(3))]


@pytest.mark.parametrize(
    ("prices", "kept", "statuses"),
    [
        ((3, 3, 30), [3], [Status.provisional]),  # ten times, and seen once
        ((3, 3, 30, 30), [3, 30], [Status.confirmed]),  # and it stays
        ((3, 3, 3000, 3000), [3], [Status.provisional]),  # a unit that slipped is never believed
        ((3, 3, 3000, 3000, 3), [3], []),  # and went back
        ((3, 3, 0, 0), [3, 0], [Status.provisional]),  # free: a person must say
    ],
)
def test_what_a_live_look_would_hold_is_provisional(
    prices: tuple[float, ...], kept: list[float], statuses: list[Status]
) -> None:
    found = told(*(capture(on(n), m=price) for n, price in enumerate(prices, 1)))
    assert [price for price, *_ in held(found)] == kept
    assert [m.status for m in found.moves("")] == statuses


def test_a_far_move_is_believed_only_when_it_stayed_for_a_week() -> None:
    for days, kept in ((6, [3]), (7, [3, 30])):
        later = capture(on(3) + timedelta(days=days), m=30)
        found = told(capture(on(1), m=3), capture(on(2), m=3), capture(on(3), m=30), later)
        assert [price for price, *_ in held(found)] == kept


def test_half_a_page_at_once_is_provisional() -> None:
    moved = {m: p / 2 for m, p in OTHERS.items()}
    found = told(capture(on(1)), capture(on(2)), capture(on(3), **moved), capture(on(4), **moved))
    moves = found.moves("")
    assert len(moves) == len(OTHERS)
    assert {(m.status, m.reason) for m in moves} == {(Status.provisional, "6 of 6 models moved at once")}


@given(some.lists(some.sampled_from([None, 0.0, 1.0, 1.5, 2.0, 20.0, 2000.0]), min_size=1, max_size=12))
def test_spans_never_overlap_never_go_on_and_say_what_a_capture_said(prices: list[float | None]) -> None:
    at = [START + timedelta(days=20 * n) for n in range(len(prices))]
    said = {a: p for a, p in zip(at, prices, strict=True) if p is not None}
    found = told(*(capture(a, **({} if a not in said else {"m": said[a]})) for a in at))
    spans = sorted((s for s in found.spans if s.series.model == "m"), key=lambda s: s.valid_from)
    for span in spans:
        assert span.valid_to is not None
        assert span.valid_from < span.valid_to <= at[-1] + INSTANT
        assert span.first_seen is not None
        assert said[span.first_seen] == float(span.price)
    assert all(a.valid_to is not None and a.valid_to <= b.valid_from for a, b in pairwise(spans))
    moves: list[Move] = found.moves("")
    assert all(m.before != m.after and m.not_before is not None and m.not_before < m.at for m in moves)


def test_telling_is_the_same_whatever_comes_later_of_what_is_settled() -> None:
    captures = [capture(on(n), m=price) for n, price in enumerate((3, 3, 2, 2, 1.5, 1.5), 1)]
    assert held(told(*captures[:4]))[0] == held(told(*captures))[0]


def test_a_name_that_points_at_another_model_since_is_no_cut() -> None:
    def page(at: datetime, price: int) -> Capture:
        lines = {"mini": price, "mini-2025-02-15": 2, **OTHERS}
        meters = ("input_mtok", "output_mtok")
        return Capture(
            at, Reading(tuple(Offer(m, x, Decimal(p), "USD") for m, p in lines.items() for x in meters))
        )

    moves = told(page(on(1), 3), page(on(2), 3), page(on(3), 2), page(on(4), 2)).moves("")
    assert [(m.series.model, m.event) for m in moves] == [("mini", "alias_swap")] * 2


def test_a_name_that_was_re_pointed_by_the_reviewed_table_is_no_cut() -> None:
    def page(at: datetime, price: str) -> Capture:
        lines = {"deepseek-chat": price, **{m: str(p) for m, p in OTHERS.items()}}
        return Capture(
            at, Reading(tuple(Offer(m, "input_mtok", Decimal(p), "USD") for m, p in lines.items()))
        )

    captures = [page(on(n), price) for n, price in ((8, "0.56"), (9, "0.56"), (10, "0.28"), (11, "0.28"))]
    (move,) = tell(captures, "deepseek", basis=Basis.observed).moves("")
    assert move.event == "alias_swap"
    (elsewhere,) = told(*captures).moves("")
    assert elsewhere.event == "list_cut"
