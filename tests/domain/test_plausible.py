"""Which moves of one look are held although each of them is small."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from scrapers.page import Offer
from tests.domain.test_moves import Watch, offer
from tracker.domain.model import Move, Status

METERS = ("input_mtok", "cache_read_mtok", "output_mtok")
LADDER = {f"m{i}": (str(2**i), f"{2**i}.1", str(5 * 2**i)) for i in range(8)}


def page(prices: dict[str, tuple[str, ...]]) -> list[Offer]:
    return [
        offer(model, price, meter)
        for model, row in prices.items()
        for meter, price in zip(METERS, row, strict=False)
        if price
    ]


def opened(before: dict[str, tuple[str, ...]], after: dict[str, tuple[str, ...]]) -> list[Move]:
    watch = Watch(*page(before))
    moves = watch.look(*page(after)).opened
    for days in range(1, 12):
        confirmed = watch.look(*page(after), later=timedelta(days=days)).confirmed
        assert bool(confirmed) is (days == 1 and any(m.status is Status.provisional for m in moves))
    return moves


def first(models: int) -> dict[str, tuple[str, ...]]:
    return dict(list(LADDER.items())[:models])


@pytest.mark.parametrize("models", [1, 2, 4, 8])
@pytest.mark.parametrize("order", [(2, 1, 0), (0, 2, 1), (1, 2, 0)])
def test_prices_that_stood_under_other_headings_are_held(models: int, order: tuple[int, ...]) -> None:
    before = first(models)
    moves = opened(before, {model: tuple(row[x] for x in order) for model, row in before.items()})
    assert len(moves) == models * sum(x != at for at, x in enumerate(order))
    assert {m.status for m in moves} == {Status.held}


def test_a_price_of_a_heading_that_is_gone_is_held_and_of_one_that_stays_is_a_move() -> None:
    before = {"a": ("5", "6.25", "30"), "b": ("2", "1", "9"), "c": ("3", "1", "9"), "d": ("4", "1", "9")}
    (moved,) = opened(before, before | {"a": ("5", "", "6.25")})
    assert moved.status is Status.held
    (cut,) = opened(before, before | {"a": ("5", "6.25", "6.25")})
    assert cut.status is Status.provisional


@pytest.mark.parametrize("models", [2, 3, 4, 8])
def test_rows_shifted_by_one_are_held(models: int) -> None:
    before = first(models)
    names, rows = list(before), list(before.values())
    up = dict(zip(names, [*rows[1:], rows[0]], strict=True))
    assert {m.status for m in opened(before, up)} == {Status.held}


def test_a_name_put_in_above_others_whose_prices_stay_where_they_are_is_held() -> None:
    before = first(8)
    names, rows = list(before), list(before.values())
    after = dict(zip([*names[:6], "new", *names[6:]], rows, strict=False))
    (move, *more) = opened(before, after)
    assert {m.series.model for m in (move, *more)} == {"m6"}
    assert {m.status for m in (move, *more)} == {Status.held}


def test_one_model_at_the_prices_of_another_that_stays_is_a_move() -> None:
    before = first(4)
    moves = opened(before, before | {"m3": before["m2"]})
    assert {(m.series.model, m.status) for m in moves} == {("m3", Status.provisional)}


def test_all_models_of_a_small_page_at_a_fifth_less_are_moves() -> None:
    before = first(4)
    fifth = {model: tuple(str(Decimal(p) * Decimal("0.8")) for p in row) for model, row in before.items()}
    assert {m.status for m in opened(before, fifth)} == {Status.provisional}


def test_one_price_of_each_of_many_models_is_no_half_page_and_two_are() -> None:
    before = first(8)
    one, two = (
        {
            model: tuple(str(Decimal(p) * Decimal("0.9")) if x < many else p for x, p in enumerate(row))
            for model, row in before.items()
        }
        for many in (1, 2)
    )
    assert {m.status for m in opened(before, one)} == {Status.provisional}
    assert {m.status for m in opened(before, two)} == {Status.held}
