"""How likely it was anyway."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.base_rate import Trend, base_rate, placebo, trend

EVE = date(2025, 1, 28)
OPENAI, ANTHROPIC = date(2023, 3, 1), date(2023, 7, 11)


@pytest.mark.parametrize(
    ("n", "since", "chance", "low", "high"),
    [(8, OPENAI, 0.97, 0.90, 1.00), (2, ANTHROPIC, 0.71, 0.31, 0.97)],
    ids=["OpenAI, the same model or a successor", "Anthropic, the same model"],
)
def test_the_chance_of_a_cut_anyway_is_the_one_worked_out_by_hand(
    n: int, since: date, chance: float, low: float, high: float
) -> None:
    found = base_rate(n, (EVE - since).days, 365)
    assert [round(x, 2) for x in (found.chance, found.low, found.high)] == [chance, low, high]


def test_no_cut_before_does_not_mean_that_none_was_possible() -> None:
    found = base_rate(0, 700, 365)
    assert 0 < found.low < found.chance < found.high < 1


@given(n=st.integers(0, 60), window=st.integers(1, 2000), horizon=st.integers(0, 800), more=st.integers(1, 9))
def test_the_chance_grows_with_the_announcements_and_the_horizon_and_stays_one(
    n: int, window: int, horizon: int, more: int
) -> None:
    found = base_rate(n, window, horizon)
    assert 0 <= found.low <= found.high <= 1
    assert 0 <= found.chance <= 1
    often, longer = base_rate(n + more, window, horizon), base_rate(n, window, horizon + more)
    for better in (often, longer):
        assert better.chance >= found.chance
        assert better.low >= found.low
        assert better.high >= found.high


@given(n=st.integers(0, 60), window=st.integers(30, 2000))
def test_the_interval_holds_nine_tenths_of_what_the_rate_may_be(n: int, window: int) -> None:
    dice = random.Random(n)
    found = base_rate(n, window, 365)
    # the chance of a rate drawn from the same distribution lies in the interval nine times of ten
    lam = [dice.gammavariate(n + 0.5, 1 / window) for _ in range(1000)]
    chances = [1 - math.exp(-rate * 365) for rate in lam]
    inside = sum(found.low - 1e-4 <= chance <= found.high + 1e-4 for chance in chances)
    assert inside >= 850


@pytest.mark.parametrize("wrong", [(-1, 10, 10), (1, 0, 10), (1, 10, -1)])
def test_a_window_of_no_days_has_no_rate(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="not a base rate"):
        base_rate(*wrong)


def test_a_placebo_day_is_followed_by_an_announcement_within_the_horizon_and_not_of_its_own_day() -> None:
    found = placebo([date(2024, 1, 11)], date(2024, 1, 1), date(2024, 1, 31), 5)
    assert (found.days, found.followed) == (26, 5)  # 6 to 10 January of 1 to 26 January
    assert found.share == 0.1923


def test_a_placebo_day_whose_horizon_reaches_beyond_the_window_does_not_count() -> None:
    assert placebo([date(2024, 1, 31)], date(2024, 1, 1), date(2024, 1, 31), 5).followed == 1
    for outside in (date(2024, 2, 1), date(2024, 1, 1)):
        assert placebo([outside], date(2024, 1, 1), date(2024, 1, 31), 5).followed == 0


def test_a_window_shorter_than_the_horizon_has_no_placebo_days() -> None:
    found = placebo([date(2024, 1, 2)], date(2024, 1, 1), date(2024, 1, 31), 365)
    assert (found.days, found.followed, found.share) == (0, 0, None)


DAYS = st.lists(st.integers(0, 300), max_size=20)


@given(days=DAYS, length=st.integers(0, 300), horizon=st.integers(1, 120))
def test_placebo_days_are_counted_as_if_each_was_looked_at(
    days: list[int], length: int, horizon: int
) -> None:
    since = date(2024, 1, 1)
    announced = {since + timedelta(days=d) for d in days}
    until = since + timedelta(days=length)
    looked = [since + timedelta(days=d) for d in range(max(0, length - horizon + 1))]
    followed = [
        day for day in looked if any(day < other <= day + timedelta(days=horizon) for other in announced)
    ]
    found = placebo(announced, since, until, horizon)
    assert (found.days, found.followed) == (len(looked), len(followed))


def test_a_trend_is_the_change_over_the_window_and_what_that_makes_a_year() -> None:
    steps = [
        (date(2023, 1, 1), Decimal(40)),
        (date(2024, 1, 1), Decimal(20)),
        (date(2025, 1, 1), Decimal(10)),
    ]
    assert trend(steps, date(2023, 1, 1), date(2025, 1, 1)) == Trend(
        date(2023, 1, 1), date(2025, 1, 1), -75.0, -50.0
    )


def test_a_trend_begins_where_the_line_does_and_ends_with_the_window() -> None:
    steps = [(date(2023, 7, 1), Decimal(4)), (date(2024, 1, 1), Decimal(2)), (date(2024, 9, 1), Decimal(9))]
    found = trend(steps, date(2023, 1, 1), date(2024, 7, 1))
    assert found is not None
    assert (found.since, found.until, found.change_pct) == (date(2023, 7, 1), date(2024, 7, 1), -50.0)


@pytest.mark.parametrize(
    "steps",
    [[], [(date(2025, 3, 1), Decimal(1))], [(EVE, Decimal(1))], [(date(2024, 1, 1), Decimal(0))]],
    ids=["no price", "only after the window", "only on its last day", "free"],
)
def test_what_has_no_price_in_the_window_has_no_trend(steps: list[tuple[date, Decimal]]) -> None:
    assert trend(steps, OPENAI, EVE) is None
