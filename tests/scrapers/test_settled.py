"""What a page says of one thing in several places."""

from __future__ import annotations

from decimal import Decimal

from scrapers.page import STANDARD, Offer, Reading, Refused, Terms
from scrapers.settled import APART, CONFLICT, OVERRULED, settled, with_more


def offer(model: str, price: str, meter: str = "input_mtok", terms: Terms = STANDARD) -> Offer:
    return Offer(model, meter, Decimal(price), "USD", terms, f"{model} {meter} {price}")


def prices(reading: Reading) -> dict[tuple[str, str], str]:
    return {(o.model, o.meter): str(o.price) for o in reading.offers}


def test_a_repeat_is_one_offer() -> None:
    reading = settled([offer("a", "3"), offer("A", "3.0")], [offer("a", "3")])
    assert len(reading.offers) == 1 and not reading.refused


def test_a_table_that_contradicts_itself_states_nothing_of_that_model_whatever_another_says() -> None:
    reading = settled([offer("a", "3"), offer("a", "4"), offer("b", "1")], [offer("a", "3")])
    assert prices(reading) == {("b", "input_mtok"): "1"}
    assert {r.reason for r in reading.refused} == {CONFLICT} and len(reading.refused) == 2


def test_of_two_tables_the_larger_goes_and_of_two_as_large_the_first() -> None:
    banner, table = [offer("a", "0.01")], [offer("a", "3"), offer("b", "4")]
    for lists in ([banner, table], [table, banner]):
        reading = settled(*lists)
        assert prices(reading) == {("a", "input_mtok"): "3", ("b", "input_mtok"): "4"}
        assert reading.refused == (Refused("a input_mtok 0.01", OVERRULED),)
    assert prices(settled([offer("a", "3")], [offer("a", "4")])) == {("a", "input_mtok"): "3"}


def test_other_terms_are_no_contradiction() -> None:
    assert len(settled([offer("a", "3")], [offer("a", "1", terms=Terms(tier="batch"))]).offers) == 2


def test_what_is_shown_goes_before_what_scripts_hold_and_the_rest_is_added() -> None:
    shown, hidden = settled([offer("a", "2")]), settled([offer("a", "3"), offer("b", "4")])
    assert prices(with_more(shown, hidden)) == {("a", "input_mtok"): "2", ("b", "input_mtok"): "4"}


def test_a_row_shown_in_part_whose_prices_are_others_than_the_scripts_hold_is_refused() -> None:
    shown = settled([offer("a", "3", "output_mtok"), offer("b", "4")])
    hidden = settled([offer("a", "3"), offer("a", "15", "output_mtok"), offer("b", "4")])
    reading = with_more(shown, hidden)
    assert prices(reading) == {("b", "input_mtok"): "4"}
    assert reading.refused == (Refused("a output_mtok 3", APART),)
