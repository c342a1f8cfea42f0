"""What hosts ask for open weights, as a multiple of what their maker asks."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from scrapers.page import Terms
from tests.domain.made import both, day, event
from tracker.adapters import facts
from tracker.domain.hosted import Hosted, hosted
from tracker.domain.market_tests import Weights

V3 = Weights(
    own="deepseek/deepseek-chat", since=day("2024-12-26"), until=day("2025-03-25"), names=("deepseek-v3",)
)
OWN = both("deepseek/deepseek-chat", "2024-12-26", 1, 1)


def told(found: list[Hosted]) -> list[tuple[str, float | None, float | None, int]]:
    return [(str(h.day), h.median, h.least, len(h.hosts)) for h in found]


END = ("2025-03-25", None, None, 0)  # from then on the maker sells other weights under that name


def test_the_ratio_is_told_of_each_day_on_which_it_changed() -> None:
    spans = [
        *OWN,
        *both("together/deepseek-ai/DeepSeek-V3", "2025-01-10", 2, 2),
        *both("fireworks/deepseek-v3", "2025-01-20", 1, 1, "2025-02-10"),
        *both("novita/deepseek/deepseek_v3", "2025-01-20", 4, 4),
    ]
    assert told(hosted([V3], spans)) == [
        ("2025-01-10", 2.0, 2.0, 1),
        ("2025-01-20", 2.0, 1.0, 3),
        ("2025-02-10", 3.0, 2.0, 2),
        END,
    ]


def test_where_the_last_host_leaves_that_is_told() -> None:
    spans = [*OWN, *both("together/deepseek-v3", "2025-01-10", 2, 2, "2025-02-01")]
    assert told(hosted([V3], spans)) == [("2025-01-10", 2.0, 2.0, 1), ("2025-02-01", None, None, 0)]


@pytest.mark.parametrize(
    "name",
    [
        "openrouter/deepseek/deepseek-v3",
        "huggingface_together/deepseek-ai/deepseek-v3",
        "deepseek/deepseek-v3",
        "groq/deepseek-v3-distill-llama-70b",
        "together/deepseek-v3-turbo",
        "together/deepseek-v3-0324",
    ],
)
def test_who_resells_the_maker_itself_and_other_weights_are_no_hosts(name: str) -> None:
    assert hosted([V3], [*OWN, *both(name, "2025-01-10", 2, 2)]) == []


def test_a_hosts_other_terms_do_not_count() -> None:
    batch = both("together/deepseek-v3", "2025-01-10", 2, 2, terms=Terms(tier="batch"))
    assert hosted([V3], [*OWN, *batch]) == []


def test_once_the_maker_sells_other_weights_under_that_name_nothing_is_compared() -> None:
    spans = [*OWN, *both("together/deepseek-v3", "2025-03-25", 2, 2)]
    assert hosted([V3], spans) == []


def test_the_makers_promotion_is_no_list_price() -> None:
    promo = both("deepseek/deepseek-chat", "2024-12-26", 0.1, 0.1, "2025-02-09", promo_until="2025-02-08")
    spans = [*promo, *both("deepseek/deepseek-chat", "2025-02-09", 1, 1)]
    spans += both("together/deepseek-v3", "2025-01-10", 2, 2)
    said = [event("promo", "deepseek/deepseek-chat", "2024-12-26", (1, 1), (0.1, 0.1))]
    assert told(hosted([V3], spans, said)) == [("2025-01-10", 2.0, 2.0, 1), END]


def test_of_the_makers_hours_the_dearest_counts_and_is_named() -> None:
    spans = both("deepseek/deepseek-chat", "2025-01-01", 2, 2, terms=Terms(window="peak"))
    spans += both("deepseek/deepseek-chat", "2025-01-01", 1, 1, terms=Terms(window="off-peak"))
    spans += both("together/deepseek-v3", "2025-01-10", 2, 2)
    found = hosted([V3], spans)[0]
    assert (found.window, found.own, found.median) == ("peak", 2, 1.0)


def test_what_comes_later_is_not_known_yet() -> None:
    spans = [*OWN, *both("together/deepseek-v3", "2025-01-10", 2, 2)]
    assert hosted([V3], spans, until=date(2025, 1, 9)) == []


def test_one_makers_name_stands_for_one_set_of_weights_at_a_time() -> None:
    by_name: dict[str, list[Weights]] = {}
    for weights in facts.open_models():
        by_name.setdefault(weights.own, []).append(weights)
    for own in by_name.values():
        for earlier, later in pairwise(own):
            assert earlier.until == later.since, earlier.own
    assert not any("distill" in name for w in facts.open_models() for name in w.names)
