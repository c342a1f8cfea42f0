"""Pages changed by a program: a price changed in place is that move and no other; damage is none."""

from __future__ import annotations

import os
import random
from collections import Counter
from decimal import Decimal
from functools import cache

import pytest

from tests.scrapers import damage
from tests.scrapers.in_place import Stated, edited, stated
from tests.scrapers.watching import Saved, Watch, confirmed, saved, told

FACTORS = ("0.8", "1.1")
SEEDS = range(int(os.environ.get("CHANGED_PAGES_SEEDS", "1")))  # how often everything is done


@cache
def watch(page: Saved) -> Watch:
    return Watch(page)


@cache
def places(page: Saved) -> tuple[Stated, ...]:
    """What can be changed: in force today, stated once or everywhere alike, and told apart from all else."""
    look = watch(page)
    held = {key: k.price for key, k in look.known.items()}
    unclear = {refused.label.split(" | ")[0] for refused in look.before.refused}
    return tuple(
        line
        for line in stated(page, look.before.offers)
        if all(offer.price and held.get(look.key(offer)) == offer.price for offer in line.offers)
        and not any(offer.model in unclear for offer in line.offers)
    )


def shown(page: Saved) -> list[Stated]:
    """Those of them that stand in the page's text, not in its scripts."""
    at = [line for line in places(page) if page.text[line.spots[0][0] - 1] not in ",[: "]
    return at if page.source == "openai" else list(places(page))


def dice_for(page: Saved, what: object) -> random.Random:
    return random.Random(f"{page} {what}")  # a failing test names both


def of(*ids: str, turn: int = -1) -> pytest.MarkDecorator:
    """The pages of these sources; with a turn every third of them, unless everything is asked for."""
    pages = saved(*ids)
    return pytest.mark.parametrize(
        "page", pages[turn::3] if turn >= 0 and len(SEEDS) == 1 else pages, ids=str
    )


every, TABLED = of(), ("anthropic", "deepseek", "openai")


@of(turn=0)
def test_most_prices_of_a_page_have_a_place_that_can_be_changed(page: Saved) -> None:
    offers = watch(page).before.offers
    assert sum(len(line.offers) for line in stated(page, offers)) >= 0.7 * len(offers)


@every
def test_the_same_page_twice_is_no_move(page: Saved) -> None:
    assert watch(page).sees(page.text) == []


@every
def test_k_prices_changed_in_place_are_those_k_moves_and_confirmed(page: Saved) -> None:
    look, text = watch(page), page.text
    for seed, k in [(s, k) for s in SEEDS for k in (1, 2 + s % 3, 5)]:
        dice = dice_for(page, (seed, k))
        chosen = dice.sample(places(page), min(k, len(places(page))))
        factors = {line: dice.choice(FACTORS) for line in chosen}
        moves = look.sees(edited(text, [e for line in chosen for e in line.times(text, factors[line])]))
        expected = Counter(
            (look.key(o), o.price, o.price * Decimal(factors[line])) for line in chosen for o in line.offers
        )
        found = Counter((m.series.key, m.before, m.after) for m in confirmed(moves))
        assert found == expected and len(moves) == found.total(), (seed, k, told(moves))


def hurts_nobody(page: Saved, text: str, what: object) -> None:
    """The page is refused, or nothing on it moved."""
    moves = watch(page).sees(text)
    assert isinstance(moves, str) or not moves, (str(page), what, told(moves))


def confirms_nothing(page: Saved, text: str, what: object) -> None:
    """The page is refused, or what moved on it is held."""
    moves = watch(page).sees(text)
    assert not list(confirmed(moves)), (str(page), what, told(moves))


def says_the_same(page: Saved, text: str, what: object) -> None:
    """The page is read, and every price stands where it stood."""
    look = watch(page)
    moves = look.sees(text)
    assert moves == [], (str(page), what, told(moves))
    assert {look.key(o) for o in page.read(text).offers} >= set(look.known), (str(page), what)


@of(*TABLED, turn=1)
def test_a_column_that_is_gone_is_no_move(page: Saved) -> None:
    lost = list(damage.columns_lost(page.text))
    for heading, text in dice_for(page, "lost").sample(lost, min(3 * len(SEEDS), len(lost))):
        assert text != page.text
        hurts_nobody(page, text, heading)


@of(*TABLED, turn=2)
def test_a_heading_that_is_gone_above_its_cells_confirms_no_move(page: Saved) -> None:
    for seed in SEEDS:
        confirms_nothing(page, damage.a_heading_lost(page.text, dice_for(page, seed)), seed)


@of(*TABLED, turn=0)
def test_half_of_the_rows_gone_is_no_move(page: Saved) -> None:
    for seed in SEEDS:
        hurts_nobody(page, damage.half_of_the_rows(page.text, dice_for(page, seed)), seed)


@of(*TABLED, turn=1)
def test_the_tables_gone_are_no_move(page: Saved) -> None:
    hurts_nobody(page, damage.without_tables(page.text), "no tables")


@of(turn=2)
def test_another_page_in_its_place_is_no_move(page: Saved) -> None:
    others = [p for p in saved() if p.source != page.source and not p.is_large]
    for other in dice_for(page, "other").sample(others, 1 + len(SEEDS)):
        hurts_nobody(page, other.text, other)
    for other in ("", "{}", "[]", "<html></html>", "# Pricing", damage.CHALLENGE):
        assert isinstance(watch(page).sees(other), str), other


@of(*TABLED, turn=0)
def test_columns_and_rows_in_another_order_say_the_same(page: Saved) -> None:
    for seed in SEEDS:
        says_the_same(
            page, damage.columns_in_another_order(page.text, dice_for(page, seed)), ("columns", seed)
        )
        says_the_same(page, damage.rows_in_another_order(page.text, dice_for(page, seed)), ("rows", seed))


@of(*TABLED, "claude", turn=1)  # JSON strikes nothing through
def test_a_struck_price_is_none_and_what_stands_beside_it_is_the_price(page: Saved) -> None:
    lines = shown(page)
    for line in dice_for(page, "struck").choices(lines, k=len(SEEDS)):
        hurts_nobody(page, damage.struck(page.text, line), line)
        beside = damage.struck(page.text, line, "0.8")
        moves = watch(page).sees(beside)
        assert {m.series.key for m in confirmed(moves)} == {watch(page).key(o) for o in line.offers}, told(
            moves
        )


@of(turn=2)
def test_words_in_the_place_of_a_price_are_no_move(page: Saved) -> None:
    lines = shown(page)
    for seed in SEEDS:
        dice = dice_for(page, ("words", seed))
        words, line = dice.choice(damage.NO_PRICES), dice.choice(lines)
        hurts_nobody(page, damage.put_in_its_place(page.text, line, words), (words, line))


@of(turn=0)
def test_a_page_cut_anywhere_is_no_move(page: Saved) -> None:
    for at in range(1, 20, 2 if len(SEEDS) == 1 else 1):
        hurts_nobody(page, damage.cut(page.text, at / 20), at)


@of(turn=1)
def test_another_build_of_the_site_and_prices_in_prose_say_the_same(page: Saved) -> None:
    for seed in SEEDS:
        says_the_same(page, damage.noise(page.text, dice_for(page, seed)), seed)
    says_the_same(page, damage.with_banner(page.text), "banner")


@of(*TABLED, turn=2)
def test_a_column_put_in_says_the_same_and_without_a_heading_confirms_no_move(page: Saved) -> None:
    for seed in SEEDS:
        dice = dice_for(page, ("put in", seed))
        heading, cell = dice.choice((("Context window", "200K"), ("Max output", "64,000"), ("Speed", "Fast")))
        says_the_same(page, damage.a_column_put_in(page.text, heading, cell, dice), (heading, seed))
        confirms_nothing(page, damage.a_column_put_in(page.text, None, cell, dice), (cell, seed))


@of(turn=0)
def test_names_and_prices_off_by_one_confirm_no_move(page: Saved) -> None:
    confirms_nothing(page, damage.shifted(page.text, shown(page)), "all")


@of(turn=1)
@pytest.mark.parametrize("other", ["input_mtok", "cache_read_mtok"])
def test_the_cells_of_two_columns_exchanged_confirm_no_move(page: Saved, other: str) -> None:
    confirms_nothing(page, damage.swapped(page.text, shown(page), "output_mtok", other), other)


@of(turn=2)
def test_another_unit_over_the_same_numbers_confirms_no_move(page: Saved) -> None:
    for was, now in (("1M", "1K"), ("MTok", "KTok"), ("million", "thousand"), ("百万", "千")):
        if was in page.text:
            confirms_nothing(page, page.text.replace(was, now), now)


@of("claude")
def test_cards_that_lose_rows_or_order_are_no_move(page: Saved) -> None:
    for seed in SEEDS:
        hurts_nobody(page, damage.half_of_the_cards(page.text, dice_for(page, seed)), seed)
        says_the_same(page, damage.cards_in_another_order(page.text, dice_for(page, seed)), seed)
    for label in ("Input", "Output", "Write", "Read", "Prompt caching"):
        hurts_nobody(page, page.text.replace(f">{label}<", ">Speed<"), label)


@of("openrouter")
def test_objects_that_lose_keys_rows_or_order_are_no_move(page: Saved) -> None:
    def without(key: str) -> str:
        return damage.objects(
            page.text,
            lambda rows: [r | {"pricing": {k: v for k, v in r["pricing"].items() if k != key}} for r in rows],
        )

    for key in ("prompt", "completion", "input_cache_read"):
        hurts_nobody(page, without(key), key)
    dice = dice_for(page, "rows")
    hurts_nobody(page, damage.objects(page.text, lambda rows: dice.sample(rows, len(rows) // 2)), "half")
    says_the_same(page, damage.objects(page.text, lambda rows: dice.sample(rows, len(rows))), "order")
    assert isinstance(watch(page).sees(damage.objects(page.text, lambda rows: [])), str)


@of("openai", turn=0)
def test_rows_of_values_that_lose_a_value_or_half_of_the_rows_confirm_no_move(page: Saved) -> None:
    widest = max((len(row) for row in damage.rows_of(page.text)), default=0)
    for x in range(1, widest, 1 if len(SEEDS) > 1 else 2):
        text = damage.values(page.text, lambda rows, x=x: [r[:x] + r[x + 1 :] for r in rows])  # type: ignore[misc]
        confirms_nothing(page, text, x)
        confirms_nothing(page, damage.without_tables(text), (x, "scripts only"))
    dice = dice_for(page, "values")
    hurts_nobody(page, damage.values(page.text, lambda rows: dice.sample(rows, len(rows) // 2)), "half")
