"""The market of the demo replays the bundled facts, and its pages say exactly that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from scrapers.generic import generic
from scrapers.page import STANDARD, Page, Reading, Terms
from scrapers.providers import anthropic, deepseek, openai
from tracker.adapters import facts
from tracker.demo import market, pages, shelf
from tracker.demo.market import Listed, expected_moves, prices_on, providers

SINCE, UNTIL = date(2024, 1, 1), date(2026, 11, 22)
LONG = Terms(context=">200K")


def days() -> Iterator[date]:
    day = SINCE
    while day <= UNTIL:
        yield day
        day += timedelta(days=1)


def listed(
    day: str, provider: str, model: str, meter: str = "input_mtok", terms: Terms = STANDARD
) -> Listed | None:
    found = prices_on(date.fromisoformat(day)).get(provider, [])
    return next((x for x in found if (x.model, x.meter, x.terms) == (model, meter, terms)), None)


def price(
    day: str, provider: str, model: str, meter: str = "input_mtok", terms: Terms = STANDARD
) -> str | None:
    found = listed(day, provider, model, meter, terms)
    return None if found is None else str(found.price.normalize())


def in_force(page: list[Listed]) -> dict[tuple[str, str, Terms], Decimal]:
    """A page's prices without those that are announced for later, and without dates."""
    return {
        (x.model, x.meter, replace(x.terms, promo_until="")): x.price
        for x in page
        if not x.terms.effective_from
    }


def test_before_the_first_fact_nothing_is_listed() -> None:
    assert prices_on(date(2023, 1, 31)) == {}


def test_a_model_appears_on_its_first_dated_price() -> None:
    assert price("2025-08-06", "openai", "gpt-5") is None
    assert price("2025-08-07", "openai", "gpt-5") == "1.25"


def test_a_cut_changes_the_price_on_its_day() -> None:
    assert price("2025-06-09", "openai", "o3") == "1E+1"
    assert price("2025-06-10", "openai", "o3") == "2"
    assert price("2026-11-22", "openai", "o3") == "2"


def test_a_first_fact_that_is_a_cut_was_listed_at_its_old_price_before() -> None:
    assert price("2024-12-04", "anthropic", "Claude 3.5 Haiku", "cache_read_mtok") == "0.1"
    assert price("2024-08-29", "cohere", "command-r") == "0.5"
    assert price("2024-06-30", "cohere", "command-r") is None  # LEAD before the cut


def test_a_promotion_shows_the_list_price_that_it_suspends_and_its_end_restores_it() -> None:
    promo = listed("2025-01-29", "deepseek", "deepseek-chat")
    assert promo is not None
    assert (promo.price, promo.struck) == (Decimal("0.14"), Decimal("0.27"))
    after = listed("2025-02-08", "deepseek", "deepseek-chat")
    assert after is not None
    assert (after.price, after.struck) == (Decimal("0.27"), None)


def test_a_launch_promotion_goes_before_the_list_price_announced_that_day() -> None:
    until, since = Terms(promo_until="2026-12-31"), Terms(effective_from="2027-01-01")
    assert price("2026-07-24", "google", "gemini-3.6-flash", "output_mtok", until) == "3.75"
    assert price("2026-07-24", "google", "gemini-3.6-flash", "output_mtok", since) == "7.5"


def test_an_announced_rise_that_was_cancelled_is_no_move() -> None:
    assert not [m for m in expected_moves(SINCE, UNTIL) if m.model == "Claude Sonnet 5"]
    rise = Terms(effective_from="2026-09-01")
    assert price("2026-08-09", "anthropic", "Claude Sonnet 5", terms=rise) == "3"
    assert price("2026-08-10", "anthropic", "Claude Sonnet 5", terms=rise) is None
    assert price("2026-09-01", "anthropic", "Claude Sonnet 5") == "2"


def test_an_uncertain_day_is_taken_at_its_earliest() -> None:
    assert price("2026-06-30", "xai", "grok-4.5") is None
    assert price("2026-07-01", "xai", "grok-4.5") == "2"


def test_long_context_and_batch_have_prices_of_their_own() -> None:
    assert price("2026-03-12", "anthropic", "Claude Opus 4.6", terms=LONG) == "1E+1"
    assert price("2026-03-13", "anthropic", "Claude Opus 4.6", terms=LONG) == "5"
    assert price("2026-03-13", "anthropic", "Claude Opus 4.6") == "5"
    assert price("2026-03-13", "anthropic", "Claude Opus 4.6", terms=Terms(tier="batch")) == "2.5"
    assert price("2024-10-07", "anthropic", "Claude 3 Opus", terms=Terms(tier="batch")) is None


def test_every_provider_of_the_facts_has_a_page_or_a_reason() -> None:
    named = {f.provider for f in facts.moves()}
    assert named <= set(providers()) | set(shelf.LEFT_OUT)
    assert not set(providers()) & set(shelf.LEFT_OUT)
    known = {(f.provider, f.model) for f in facts.moves() + facts.listings()}
    assert set(shelf.UNSHOWN) <= known
    assert set(shelf.NAMES) <= known


def test_nothing_ever_leaves_a_page_and_every_page_comes_to_three_models() -> None:
    for provider in providers():
        before: set[tuple[str, str, Terms]] = set()
        for day in market.days_of_change(provider):
            now = set(in_force(prices_on(day)[provider]))
            assert before <= now, (provider, day)
            before = now
        assert len({model for model, _, _ in before}) >= 3, provider


def test_no_price_is_listed_twice_on_a_page() -> None:
    for provider, found in prices_on(UNTIL).items():
        twice = [k for k, n in Counter((x.model, x.meter, x.terms) for x in found).items() if n > 1]
        assert not twice, (provider, twice)


def test_each_change_starts_from_the_price_that_was_listed() -> None:
    for fact in facts.moves():
        kinds = ("list_cut", "list_rise", "end_of_promo", "subscription_cut")
        if not shelf.shown(fact) or fact.kind not in kinds or fact.day_lo > UNTIL:
            continue
        line = shelf.line_of(fact)
        before = listed(
            str(fact.day_lo - timedelta(days=1)), line.provider, line.model, line.meter, line.terms
        )
        assert before is not None and before.price == fact.old, fact


def test_the_expected_moves_are_the_differences_from_day_to_day() -> None:
    found = []
    before: dict[tuple[str, str, str, Terms], Decimal] = {}
    for day in days():
        now = {
            (provider, *key): price
            for provider, page in prices_on(day).items()
            for key, price in in_force(page).items()
        }
        found += [(day, *k, before[k], p) for k, p in now.items() if k in before and before[k] != p]
        before = now
    expected = [
        (m.day, m.provider, m.model, m.meter, m.terms, m.before, m.after)
        for m in expected_moves(SINCE, UNTIL)
    ]
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert len(expected) == 93


def test_a_page_is_the_same_for_the_same_day_and_seed_only() -> None:
    texts = {seed: [pages.page("openai", day, seed)[1] for day in days()] for seed in (0, 1)}
    assert texts[0] == [pages.page("openai", day, 0)[1] for day in days()]
    assert texts[0] != texts[1]


def test_a_page_changes_its_looks_far_more_often_than_its_prices() -> None:
    bodies = [pages.page("groq", day)[1] for day in days() if day >= date(2024, 3, 25)]
    changed = sum(a != b for a, b in pairwise(bodies))
    assert changed > 3 * len(market.days_of_change("groq"))
    assert changed < len(bodies) / 4  # and stays for days, so that "not modified" is met too


READERS: dict[str, Callable[[Page], Reading]] = {
    "anthropic": anthropic.SOURCE.reader,
    "deepseek": deepseek.SOURCE.reader,
    "openai": openai.SOURCE.reader,
}


@pytest.mark.parametrize("provider", providers())
def test_our_own_reader_reads_from_the_page_exactly_what_is_listed(provider: str) -> None:
    """Every state of every page, in the looks of its first weeks, and in all its looks at least once."""
    read = READERS.get(provider, generic)
    spell = timedelta(days=pages.SPELL)
    seen = {day + spell * n for day in market.days_of_change(provider) for n in range(2)}
    seen |= {UNTIL - spell * n for n in range(30)}
    by_text = {pages.page(provider, day): day for day in seen}
    for (media_type, text), day in by_text.items():
        reading = read(Page(f"http://127.0.0.1/{provider}/pricing", text, media_type))
        said = Counter((o.model, o.meter, o.price, o.currency, o.terms) for o in reading.offers)
        meant = Counter((x.model, x.meter, x.price, x.currency, x.terms) for x in prices_on(day)[provider])
        assert said == meant, (day, pages.look_on(provider, day))
        assert not reading.refused, (day, reading.refused)
    assert {pages.look_on(provider, day) for day in seen} == set(pages.LOOKS)


def test_there_is_no_page_before_a_provider_lists_anything() -> None:
    with pytest.raises(LookupError):
        pages.page("deepseek", date(2024, 5, 5))
    assert pages.page("deepseek", date(2024, 5, 6))[0] == "text/html"
    with pytest.raises(LookupError):
        pages.page("nobody", date(2026, 1, 1))
