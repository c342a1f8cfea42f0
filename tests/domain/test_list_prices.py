"""What each model cost day by day: as it was recorded, and as its maker meant it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from scrapers.page import Terms
from tests.domain.made import both, day, event
from tracker.domain.list_prices import Step, Variant, model_steps, price_on
from tracker.domain.model import Basis, Status
from tracker.domain.successors import Blend

NAIVE = Variant.naive
A = "acme/one"
KEY = "acme/one"


def told(steps: list[Step]) -> list[tuple[str, float | None, bool]]:
    """Day, price, and whether it is a step from the price before."""
    return [(str(s.day), None if s.price is None else float(s.price), s.joins) for s in steps]


def joined(steps: list[Step]) -> list[str]:
    return [str(s.day) for s in steps if s.joins and s.price is not None]


def test_a_models_price_is_three_parts_of_input_and_one_of_output() -> None:
    found = model_steps(both(A, "2025-01-01", 2, 10))
    assert price_on(found[KEY], day("2025-01-01")) == 4
    assert price_on(found[KEY], day("2024-12-31")) is None
    even = model_steps(both(A, "2025-01-01", 2, 10), blend=Blend(Decimal(1), Decimal(1)))
    assert price_on(even[KEY], day("2025-01-01")) == 6


def test_a_model_without_a_price_of_output_has_none() -> None:
    assert model_steps(both(A, "2025-01-01", 2, 10)[:1]) == {}


def test_what_is_free_has_no_price() -> None:
    spans = [*both(A, "2025-01-01", 0, 0, "2025-02-01"), *both(A, "2025-02-01", 1, 1)]
    assert told(model_steps(spans)[KEY])[-1][:2] == ("2025-02-01", 1.0)
    assert joined(model_steps(spans)[KEY]) == []


@pytest.mark.parametrize(
    "other",
    [
        both(A, "2025-01-01", 1, 5, terms=Terms(tier="batch")),
        both(A, "2025-01-01", 1, 5, terms=Terms(context=">200K")),
        both(A, "2025-01-01", 1, 5, terms=Terms(window="off-peak")),
        both(A, "2025-01-01", 1, 5, terms=Terms(region="eu")),
        both(A, "2025-01-01", 1, 5, currency="CNY"),
    ],
    ids=["batch", "long context", "an hour of the day", "a region", "another currency"],
)
def test_only_standard_terms_in_dollars_count(other: list[object]) -> None:
    assert model_steps(other) == {}  # type: ignore[arg-type]


def test_a_models_names_in_different_sources_are_one_model() -> None:
    spans = [
        *both("anthropic/Claude Haiku 4.5", "2025-10-15", 1, 5),
        *both("anthropic/claude-haiku-4-5", "2025-11-01", 1, 5, basis=Basis.catalogue, source="c"),
    ]
    assert len(model_steps(spans)) == 1


def test_a_cut_is_a_step() -> None:
    spans = [*both(A, "2025-01-01", 4, 4, "2025-03-01"), *both(A, "2025-03-01", 2, 2)]
    for variant in Variant:
        assert joined(model_steps(spans, variant=variant)[KEY]) == ["2025-03-01"]
        assert price_on(model_steps(spans, variant=variant)[KEY], day("2025-03-01")) == 2


@pytest.mark.parametrize(
    "kind", ["alias_swap", "correction", "promo", "end_of_promo", "successor_cheaper", "successor_dearer"]
)
def test_what_an_event_calls_no_cut_is_none_when_cleaned_and_one_when_naive(kind: str) -> None:
    spans = [*both(A, "2025-01-01", 4, 4, "2025-03-01"), *both(A, "2025-03-01", 2, 2)]
    said = [event(kind, A, "2025-02-20", (4, 4), (2, 2))]  # it happened before it was recorded
    assert joined(model_steps(spans, said)[KEY]) == []
    assert joined(model_steps(spans, said, variant=NAIVE)[KEY]) == ["2025-03-01"]


@pytest.mark.parametrize(
    "said",
    [
        event("alias_swap", A, "2025-03-01", (4, 4), (2, 2), Status.withdrawn),
        event("alias_swap", A, "2025-03-01", (5, 5), (2, 2)),
        event("alias_swap", A, "2024-12-01", (4, 4), (2, 2)),
        event("alias_swap", "acme/two", "2025-03-01", (4, 4), (2, 2)),
    ],
    ids=["withdrawn", "of another price", "of another time", "of another model"],
)
def test_an_event_of_something_else_leaves_a_cut_a_cut(said: object) -> None:
    spans = [*both(A, "2025-01-01", 4, 4, "2025-03-01"), *both(A, "2025-03-01", 2, 2)]
    assert joined(model_steps(spans, [said])[KEY]) == ["2025-03-01"]  # type: ignore[list-item]


def test_a_promotion_is_told_by_the_list_price_before_it() -> None:
    spans = [
        *both(A, "2025-01-01", 4, 4, "2025-03-01"),
        *both(A, "2025-03-01", 1, 1, "2025-04-01", promo_until="2025-03-31"),
        *both(A, "2025-04-01", 4, 4),
    ]
    assert told(model_steps(spans)[KEY]) == [("2025-01-01", 4.0, False)]
    assert [s[1] for s in told(model_steps(spans, variant=NAIVE)[KEY])] == [4.0, 1.0, 4.0]


def test_a_promotion_that_only_an_event_tells_is_one_too() -> None:
    spans = [*both(A, "2025-01-01", 5, 30, "2025-08-21"), *both(A, "2025-08-21", 4, 20)]
    said = [event("promo", A, "2025-08-21", (5, 30), (4, 20))]
    assert told(model_steps(spans, said)[KEY]) == [("2025-01-01", 11.25, False)]


def test_a_promotion_from_the_first_day_is_told_by_the_list_price_it_stood_for() -> None:
    spans = [*both(A, "2024-12-26", 0.14, 0.28, "2025-02-08"), *both(A, "2025-02-08", 0.27, 1.1)]
    said = [event("promo", A, "2024-12-26", (0.27, 1.1), (0.14, 0.28))]
    assert told(model_steps(spans, said)[KEY]) == [("2024-12-26", 0.4775, False)]


def test_a_promotion_may_begin_within_a_price_that_did_not_change() -> None:
    # DeepSeek's chat model: V3 replaced V2 and was sold at V2's price until its promotion ended
    spans = [*both(A, "2024-05-06", 0.14, 0.28, "2025-02-08"), *both(A, "2025-02-08", 0.27, 1.1)]
    said = [
        event("promo", A, "2024-12-26", (0.27, 1.1), (0.14, 0.28)),
        event("successor_dearer", A, "2024-12-26", (0.14, 0.28), (0.27, 1.1)),
        event("end_of_promo", A, "2025-02-08", (0.14, 0.28), (0.27, 1.1)),
    ]
    assert told(model_steps(spans, said)[KEY]) == [
        ("2024-05-06", 0.175, False),
        ("2024-12-26", 0.4775, False),
    ]


def test_a_promotion_of_which_no_list_price_is_told_has_none() -> None:
    spans = [
        *both(A, "2025-01-01", 1, 1, "2025-02-01", promo_until="2025-01-31"),
        *both(A, "2025-02-01", 4, 4),
    ]
    assert told(model_steps(spans)[KEY]) == [("2025-02-01", 4.0, False)]


def test_a_promotion_made_permanent_is_a_cut_from_that_day() -> None:
    spans = [
        *both(A, "2026-04-24", 1.74, 3.48, "2026-04-30"),
        *both(A, "2026-04-30", 0.435, 0.87, promo_until="2026-05-31"),
    ]
    said = [event("list_cut", A, "2026-05-22", (1.74, 3.48), (0.435, 0.87))]
    assert told(model_steps(spans, said)[KEY]) == [
        ("2026-04-24", 2.175, False),
        ("2026-05-22", 0.54375, True),
    ]


def test_a_promotion_of_no_known_end_is_one_until_the_list_price_is_cut() -> None:
    spans = [*both(A, "2025-01-01", 4, 4, "2025-03-01"), *both(A, "2025-03-01", 1, 1)]
    said = [
        event("promo", A, "2025-03-01", (4, 4), (1, 1)),
        event("list_cut", A, "2025-05-01", (4, 4), (1, 1)),
    ]
    assert told(model_steps(spans, said)[KEY]) == [("2025-01-01", 4.0, False), ("2025-05-01", 1.0, True)]


def test_a_later_cut_to_the_price_of_an_old_promotion_is_a_cut() -> None:
    spans = [*both(A, "2025-01-01", 4, 4, "2025-09-01"), *both(A, "2025-09-01", 1, 1)]
    said = [event("promo", A, "2025-03-01", (4, 4), (1, 1))]
    assert joined(model_steps(spans, said)[KEY]) == ["2025-09-01"]


def test_after_a_promotions_last_day_its_price_is_the_list_price() -> None:
    spans = [
        *both(A, "2025-01-01", 4, 4, "2025-03-01"),
        *both(A, "2025-03-01", 1, 1, promo_until="2025-03-31"),
    ]
    assert told(model_steps(spans)[KEY]) == [("2025-01-01", 4.0, False), ("2025-04-01", 1.0, True)]


def test_the_best_basis_speaks_and_naive_hears_whoever_spoke_last() -> None:
    spans = [
        *both(A, "2025-01-01", 4, 4, "2025-03-01"),
        *both(A, "2025-03-01", 2, 2),
        *both(A, "2025-03-10", 4, 4, "2025-05-01", basis=Basis.catalogue, source="late"),
        *both(A, "2025-05-01", 2, 2, basis=Basis.catalogue, source="late"),
    ]
    assert [s[0] for s in told(model_steps(spans)[KEY])] == ["2025-01-01", "2025-03-01"]
    naive = model_steps(spans, variant=NAIVE)[KEY]
    assert [s[0] for s in told(naive)] == ["2025-01-01", "2025-03-01", "2025-03-10", "2025-05-01"]


@pytest.mark.parametrize(
    ("one", "other", "is_step"),
    [
        ((Basis.catalogue, "a"), (Basis.observed, "page"), False),
        ((Basis.documented, "facts"), (Basis.observed, "page"), False),
        ((Basis.catalogue, "a"), (Basis.catalogue, "b"), False),
        ((Basis.catalogue, "a"), (Basis.catalogue, "a"), True),
        ((Basis.observed, "wayback-page"), (Basis.observed, "page"), True),
    ],
)
def test_a_price_that_differs_because_another_tells_it_is_no_step(
    one: tuple[Basis, str], other: tuple[Basis, str], is_step: bool
) -> None:
    spans = [
        *both(A, "2025-01-01", 4, 4, "2025-03-01", basis=one[0], source=one[1]),
        *both(A, "2025-03-01", 2, 2, basis=other[0], source=other[1]),
    ]
    assert (joined(model_steps(spans)[KEY]) == ["2025-03-01"]) is is_step
    said = [event("list_cut", A, "2025-03-01", (4, 4), (2, 2))]
    assert joined(model_steps(spans, said)[KEY]) == ["2025-03-01"]  # an event tells it


def test_a_cut_that_no_rule_could_decide_is_none_until_it_is_confirmed() -> None:
    spans = [*both(A, "2025-01-01", 4, 4, "2025-03-01"), *both(A, "2025-03-01", 2, 2)]
    left_open = event("list_cut", A, "2025-03-01", (4, 4), (2, 2), Status.provisional)
    confirmed = event("list_cut", A, "2025-03-01", (4, 4), (2, 2))
    assert joined(model_steps(spans, [left_open])[KEY]) == []
    assert joined(model_steps(spans, [left_open, confirmed])[KEY]) == ["2025-03-01"]


def test_the_price_before_a_cut_is_known_from_the_cut_where_nobody_recorded_it() -> None:
    spans = both("anthropic/claude-2", "2023-11-21", 8, 24)
    said = [event("list_cut", "anthropic/claude-2", "2023-11-21", (11.02, 32.68), (8, 24))]
    (steps,) = model_steps(spans, said).values()
    assert told(steps) == [("2023-11-20", 16.435, False), ("2023-11-21", 12.0, True)]


def test_what_its_own_page_no_longer_lists_does_not_live_on_in_a_catalogue() -> None:
    spans = [
        *both(A, "2025-01-01", 4, 4, basis=Basis.catalogue, source="c"),
        *both(A, "2025-02-01", 4, 4, "2025-06-01", basis=Basis.observed, source="page"),
    ]
    assert told(model_steps(spans)[KEY])[-1][:2] == ("2025-06-01", None)


def test_a_price_of_a_later_day_is_not_known_yet() -> None:
    spans = [*both(A, "2025-01-01", 4, 4, "2025-03-01"), *both(A, "2025-03-01", 2, 2)]
    assert told(model_steps(spans, until=date(2025, 2, 28))[KEY]) == [("2025-01-01", 4.0, False)]


def test_the_order_in_which_prices_come_changes_nothing() -> None:
    spans = [
        *both(A, "2025-01-01", 4, 4, "2025-03-01"),
        *both(A, "2025-03-01", 2, 2),
        *both(A, "2025-03-01", 3, 3, basis=Basis.catalogue, source="c"),
        *both(A, "2025-03-01", 5, 5, basis=Basis.catalogue, source="c"),
    ]
    for variant in Variant:
        assert model_steps(spans, variant=variant) == model_steps(spans[::-1], variant=variant)
