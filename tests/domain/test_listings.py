"""Models that leave a page, models that seem renamed, and names that point at another model now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import pytest

from scrapers.page import Offer, ReadError
from tests.domain.test_moves import HOUR, Watch, models, offer
from tracker.domain.listings import left, renamed
from tracker.domain.moves import Changes

DAY = timedelta(days=1)


def both(model: str, entry: str, output: str) -> list[Offer]:
    return [offer(model, entry), offer(model, output, "output_mtok")]


REST = [o for n in range(8) for o in both(f"m{n}", str(n + 1), str(n + 5))]


def looks(watch: Watch, *offers: Offer, later: timedelta = DAY) -> tuple[Changes, list[str], list[str]]:
    known = dict(watch.known)
    changes = watch.look(*offers, later=later)
    return (
        changes,
        [one.model for one in left(changes, known)],
        [f"{one.model} → {one.renamed}" for one in renamed(changes, known)],
    )


def test_a_model_that_left_is_told_once_after_three_looks_and_two_days() -> None:
    watch = Watch(*REST, *both("x", "3", "15"))
    told = [looks(watch, *REST)[1] for _ in range(7)]
    assert told == [[], [], ["x"], [], [], [], []]


def test_a_model_that_comes_back_in_time_is_told_to_nobody() -> None:
    watch = Watch(*REST, *both("x", "3", "15"))
    assert looks(watch, *REST)[1] == []
    assert [looks(watch, *REST, *both("x", "3", "15"))[1:] for _ in range(5)] == [([], [])] * 5


@pytest.mark.parametrize("name", ["x-pro (preview)", "x-pro-2026-08-01", "x-pr0"])
def test_a_new_name_for_the_same_prices_is_one_question_and_no_model_that_left(name: str) -> None:
    watch = Watch(*REST, *both("x-pro", "3", "15"))
    told = [looks(watch, *REST, *both(name, "3", "15"))[1:] for _ in range(7)]
    assert told == [([], [f"x-pro → {name}"]), *[([], [])] * 6]


@pytest.mark.parametrize("heir", [("x-pro-2", "3", "14"), ("zebra", "3", "15")])
def test_another_price_or_quite_another_name_is_another_model(heir: tuple[str, str, str]) -> None:
    watch = Watch(*REST, *both("x-pro", "3", "15"))
    told = [looks(watch, *REST, *both(*heir))[1:] for _ in range(3)]
    assert told == [([], []), ([], []), (["x-pro"], [])]


def test_a_model_that_loses_one_of_its_prices_did_not_leave() -> None:
    watch = Watch(*REST, *both("x", "3", "15"))
    assert all(looks(watch, *REST, offer("x", "3"))[1:] == ([], []) for _ in range(7))


# --- aliases ---


@pytest.mark.parametrize(
    ("alias", "target"),
    [("gpt-4o", "gpt-4o-2024-08-06"), ("large-latest", "large-2411"), ("m-latest", "n-7b")],
)
def test_a_name_that_takes_over_anothers_prices_was_re_pointed(alias: str, target: str) -> None:
    watch = Watch(*REST, *both(alias, "5", "15"), *both(target, "2.5", "10"))
    changes = watch.look(*REST, *both(alias, "2.5", "10"), *both(target, "2.5", "10"))
    assert {m.event for m in changes.opened} == {"alias_swap"} and len(changes.opened) == 2


@pytest.mark.parametrize(
    "page",
    [
        [*both("gpt-4o", "2.5", "10"), *both("gpt-4o-2024-08-06", "2.5", "10")],  # both were cut
        [*both("gpt-4o", "2.5", "9"), *both("gpt-4o-2024-08-06", "3", "12")],  # to prices of its own
    ],
)
def test_a_cut_of_an_alias_and_its_target_is_a_cut(page: list[Offer]) -> None:
    watch = Watch(*REST, *both("gpt-4o", "5", "15"), *both("gpt-4o-2024-08-06", "3", "12"))
    changes = watch.look(*REST, *page)
    assert {m.event for m in changes.opened} == {"list_cut"}


def test_a_model_that_meets_anothers_prices_without_being_its_alias_is_a_cut() -> None:
    watch = Watch(*REST, *both("alpha", "5", "15"), *both("beta", "2.5", "10"))
    changes = watch.look(*REST, *both("alpha", "2.5", "10"), *both("beta", "2.5", "10"))
    assert {m.event for m in changes.opened} == {"list_cut"}


# --- currencies and units ---


def test_another_currency_is_recognised_for_what_it_is() -> None:
    watch = Watch(*models(6))
    with pytest.raises(ReadError, match="in EUR now, not in USD") as refused:
        watch.look(*(offer(f"m{i}", "3", currency="EUR") for i in range(6)))
    assert refused.value.kind == "currency_change"


def test_the_same_model_at_another_provider_is_no_other_currency() -> None:
    def claim(provider: str, n: int) -> Offer:
        return replace(offer(f"m{n}", "3"), provider=provider)

    watch = Watch(*(claim(p, n) for p in ("one", "two") for n in range(10)))
    with pytest.raises(ReadError) as refused:
        watch.look(*(claim("one", n) for n in range(10)))
    assert refused.value.kind == "incomplete_page"


@pytest.mark.parametrize(("factor", "words"), [("3000", "1,000 times what"), ("0.003", "a 1,000th of what")])
def test_a_unit_that_slipped_is_recognised_for_what_it_is(factor: str, words: str) -> None:
    watch = Watch(*models(6))
    changes = watch.look(*models(6, factor), later=HOUR)
    assert {m.status.value for m in changes.opened} == {"held"}
    assert all(words in m.reason for m in changes.opened)


def test_hundreds_that_leave_a_long_list_cost_no_time() -> None:
    watch = Watch(*[o for n in range(2500) for o in both(f"m{n}", str(n + 1), str(n + 5))])
    gone = [replace(k, missing_since=k.valid_from + DAY) for k in list(watch.known.values())[:900]]
    begun = perf_counter()
    assert len(left(Changes(gone=gone), watch.known)) == 450
    assert perf_counter() - begun < 1
