"""Bills: exact, whole or said to be in part, and in words that hold."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.meters import METERS
from tracker.domain.bill import Bill, bill_line, bill_lines, bill_of, cost_words, sums
from tracker.domain.settings import Workload

amounts = st.decimals(Decimal("0.000001"), Decimal(10) ** 12, places=6)
prices = st.decimals(Decimal(0), Decimal(10) ** 8, places=10)
meters = st.sampled_from(sorted(METERS))
uses = st.dictionaries(meters, amounts, min_size=1, max_size=6)
lists = st.dictionaries(meters, prices, max_size=len(METERS))
names = st.text(min_size=1, max_size=30)


def workload(monthly: dict[str, Decimal], name: str = "bot", model: str = "openai/gpt-4o") -> Workload:
    return Workload(name, model, monthly)


def made(after: str, before: str = "", name: str = "bot", currency: str = "USD", more: str = "") -> Bill:
    """A bill of one unit of input, and of one of `more` that has no price."""
    monthly = {"input_mtok": Decimal(1)} | ({more: Decimal(1)} if more else {})
    then = {"input_mtok": Decimal(before)} if before else None
    return bill_of(workload(monthly, name), currency, {"input_mtok": Decimal(after)}, then)


@given(uses, lists)
def test_the_parts_add_up_to_the_total_exactly(monthly: dict[str, Decimal], now: dict[str, Decimal]) -> None:
    bill = bill_of(workload(monthly), "USD", {m: Decimal(1) for m in monthly} | now)
    assert bill.after is not None
    assert Fraction(bill.after) == sum(Fraction(p.amount) * Fraction(p.after or 0) for p in bill.parts)


@given(uses, lists, st.integers(2, 10**6))
def test_so_many_times_the_use_costs_so_many_times_as_much(
    monthly: dict[str, Decimal], now: dict[str, Decimal], times: int
) -> None:
    one = bill_of(workload(monthly), "USD", now)
    many = bill_of(workload({m: a * times for m, a in monthly.items()}), "USD", now)
    assert Fraction(many.partly_after) == times * Fraction(one.partly_after)
    assert (many.after is None) is (one.after is None)


@given(uses, lists, lists)
def test_what_has_no_price_is_missing_and_never_zero(
    monthly: dict[str, Decimal], now: dict[str, Decimal], then: dict[str, Decimal]
) -> None:
    bill = bill_of(workload(monthly), "USD", now, then)
    assert set(bill.missing) == set(monthly) - set(now)
    assert (bill.after is None) is bool(bill.missing)
    assert (bill.before is None) is bool(set(monthly) - set(then))
    line = bill_line(bill)
    assert all(meter in line for meter in bill.missing)
    assert not (bill.missing and bill.partly_after) or "at least" in line


@given(st.lists(st.tuples(uses, lists, st.sampled_from(["USD", "CNY", ""])), min_size=1, max_size=5))
def test_a_sum_is_of_the_whole_bills_of_its_currency_and_names_the_others(
    found: list[tuple[dict[str, Decimal], dict[str, Decimal], str]],
) -> None:
    bills = [
        bill_of(workload(monthly, str(n)), currency, now if currency else {})
        for n, (monthly, now, currency) in enumerate(found)
    ]
    for one in sums(bills):
        own = [b for b in bills if b.currency == one.currency]
        whole = [b for b in own if b.after is not None]
        assert one.workloads == tuple(b.workload for b in whole)
        assert set(one.left_out) == {b.workload for b in bills if not b.currency or (b in own and b.missing)}
        if one.after is not None:
            assert Fraction(one.after) == sum(Fraction(b.after or 0) for b in whole)
        assert (one.after is None) is (not whole)


@given(names, st.one_of(st.none(), prices), prices)
def test_a_line_is_one_line_whatever_a_workload_is_called(
    name: str, before: Decimal | None, after: Decimal
) -> None:
    then = None if before is None else {"input_mtok": before}
    bill = bill_of(workload({"input_mtok": Decimal(1)}, name), "USD", {"input_mtok": after}, then)
    for line in bill_lines([bill, bill]):
        assert line == " ".join(line.split()) and line.isprintable()


@pytest.mark.parametrize(
    ("bill", "says"),
    [
        (made("1020", "1850"), "bot: $1,850 → $1,020 a month (−45 %)"),
        (made("10.1", "5"), "bot: $5 → $10.10 a month (+102 %)"),
        (made("10", "10"), "bot: $10 a month, as before"),
        (made("10", "0"), "bot: $0 → $10 a month (from zero)"),
        (made("10"), "bot: $10 a month"),
        (made("10.00001", "10.00002"), "bot: $10.00002 → $10.00001 a month (−0.0001 %)"),
        (made("0.0004", "0.0008"), "bot: $0.0008 → $0.0004 a month (−50 %)"),
        (made("20", more="cache_read_mtok"), "bot: at least $20 a month; no price for cache_read_mtok"),
        (
            bill_of(workload({"input_mtok": Decimal(1)}), "USD", {}),
            "bot: no price for input_mtok",
        ),
        (
            bill_of(workload({"input_mtok": Decimal(1)}), "USD", {"input_mtok": Decimal(2)}, {}),
            "bot: $2 a month; no price for input_mtok before",
        ),
        (made("20", name="a\nb\u202e<!here>"), "a b<!here>: $20 a month"),
    ],
)
def test_a_bill_says_what_a_month_costs(bill: Bill, says: str) -> None:
    assert bill_line(bill) == says


def test_several_bills_end_in_a_sum_for_each_currency() -> None:
    bills = [
        made("1", "2", "a"),
        made("2", "4", "b"),
        made("7", "7", "c", "CNY"),
        made("3", "6", "d", more="output_mtok"),
    ]
    assert bill_lines(bills)[4:] == ["2 workloads in USD together: $6 → $3 a month (−50 %), without d"]
    assert bill_lines(bills[:2])[2:] == ["2 workloads together: $6 → $3 a month (−50 %)"]
    assert len(bill_lines(bills[:1])) == 1


def test_money_is_told_to_the_cent_and_small_sums_exactly() -> None:
    told = [cost_words(Decimal(words), "USD") for words in ("1849.996", "12.5", "0.004", "0", "0.0000001")]
    assert told == ["$1,850", "$12.50", "$0.004", "$0", "$0.0000001"]
