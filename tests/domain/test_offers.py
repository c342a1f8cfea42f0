"""The same model elsewhere: which lines are of it, which prices count, and who is really cheaper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.page import STANDARD, Terms
from tests.domain.made import at, both, day, line
from tracker.adapters import facts
from tracker.domain.in_force import in_force
from tracker.domain.model import Basis
from tracker.domain.offers import Offered, cheaper, cheapest_blend, offer_line, offers
from tracker.domain.same_model import SameModel, same_model
from tracker.domain.spans import Span

NOW = at("2026-11-25")
USD = ("openai", STANDARD, "USD")
MONTH = {"input_mtok": Decimal(3), "output_mtok": Decimal(1)}


def same(name: str, on: str = "2026-11-25") -> SameModel:
    provider, _, model = name.partition("/")
    return same_model(provider, model, facts.open_models(), day(on))


def seen(name: str, price_in: object, price_out: object, *, terms: Terms = STANDARD) -> list[Span]:
    return both(name, "2026-11-01", price_in, price_out, basis=Basis.observed, source="page", terms=terms)


@pytest.mark.parametrize(
    ("model", "elsewhere"),
    [
        ("openai/gpt-4o", "azure/gpt-4o"),
        ("openai/gpt-4o", "acme/openai/gpt-4o"),
        ("azure/gpt-4o", "openai/gpt-4o"),
        ("anthropic/claude-sonnet-4-5", "google-vertex/Claude Sonnet 4.5"),
        ("groq/openai/gpt-oss-120b", "fireworks/accounts/fireworks/models/gpt-oss-120b"),
        ("together/meta-llama/llama-3.3-70b-instruct", "deepinfra/Meta-Llama/Llama-3.3-70B-Instruct"),
        ("deepseek/deepseek-v4-pro", "together/deepseek-ai/DeepSeek-V4-Pro-0813"),
        ("together/deepseek-ai/DeepSeek-V4-Pro-0813", "deepseek/deepseek-v4-pro"),
        ("together/deepseek-ai/DeepSeek-V4-Pro-0813", "deepinfra/deepseek-v4-pro-0813"),
        ("moonshot/kimi-k2.6", "fireworks/accounts/fireworks/models/kimi-k2p6"),
    ],
)
def test_one_model_is_found_under_the_names_of_others(model: str, elsewhere: str) -> None:
    found = same(model)
    other = line(elsewhere.casefold())
    assert found.has(other)
    assert "".join(c for c in other.model if c.isalnum()) in found.listed_as


@pytest.mark.parametrize(
    ("model", "elsewhere"),
    [
        ("openai/gpt-4o", "azure/gpt-4o-mini"),
        ("openai/gpt-4o", "azure/gpt-4o-2024-08-06"),
        ("openai/gpt-4o", "azure/gpt-4.1"),
        ("openai/gpt-4o", "acme/rival/gpt-4o-clone"),
        ("openai/gpt-4o", "openrouter/openai/gpt-4o"),  # sells on what others host
        ("openai/gpt-4o", "vercel/openai/gpt-4o"),
        ("openrouter/meta-llama/llama-3.3-70b", "acme/llama-3.3-70b:free"),
        ("together/meta-llama/llama-3.3-70b", "acme/nvidia/llama-3.3-70b"),  # another maker's of that name
        ("deepseek/deepseek-v4-pro", "together/deepseek-ai/deepseek-v4-pro"),  # the weights until 13 August
        ("deepseek/deepseek-chat", "acme/deepseek-chat"),  # that is V3, as hosts call it
        (
            "together/deepseek-ai/DeepSeek-V3",
            "deepseek/deepseek-chat",
        ),  # and no longer what its maker calls so
        ("deepseek/deepseek-reasoner", "groq/deepseek-r1-distill-llama-70b"),
        ("acme/auto-1", "other/auto-1"),
        ("mistral/le chat pro", "openai/pro"),
    ],
)
def test_a_sibling_a_successor_and_a_reseller_are_not_the_same(model: str, elsewhere: str) -> None:
    assert not same(model).has(line(elsewhere))


def test_a_plan_is_sold_by_its_own_provider_only() -> None:
    pro = replace(line("acme/claude pro"), meter="seat_month")
    assert not same("anthropic/claude pro").has(pro)
    assert same("anthropic/claude pro").has(replace(pro, provider="anthropic"))


@pytest.mark.parametrize(
    ("on", "host"),
    [
        ("2025-01-15", "deepseek-v3"),
        ("2025-04-01", "deepseek-v3-0324"),
        ("2025-10-01", "deepseek-v3.2-exp"),
        ("2026-11-25", "deepseek-v4.1-flash-1017"),  # where the name was pointed at since
    ],
)
def test_a_name_that_moves_on_is_compared_with_what_it_is_on_that_day(on: str, host: str) -> None:
    hosts = ["deepseek-v3", "deepseek-v3-0324", "deepseek-v3.2-exp", "deepseek-v4.1-flash-1017"]
    found = same("deepseek/deepseek-chat", on)
    assert [name for name in hosts if found.has(line(f"acme/deepseek-ai/{name}"))] == [host]


name_words = st.text("abcdefgh-/.4 ", min_size=1, max_size=12)


@given(name_words, st.sampled_from(["-mini", "-2026-01-01", " pro", "-v2", "x"]))
def test_a_longer_name_is_another_model(model: str, more: str) -> None:
    found = same(f"acme/{model}")
    assert not found.has(line(f"other/{model}{more}"))


@given(name_words, name_words)
def test_what_is_the_same_is_looked_for(model: str, other: str) -> None:
    """What would count is among the names that the store is asked for."""
    found = same(f"acme/{model}")
    candidate = line(f"acme/{other}")
    if found.has(candidate):
        assert "".join(c for c in other.casefold() if c.isalnum()) in found.listed_as


cents = st.integers(0, 400).map(lambda n: Decimal(n) / 100)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["azure/gpt-4o", "acme/openai/gpt-4o", "acme/gpt-4o", "azure/gpt-4o-mini", "openai/gpt-4o"]
            ),
            cents,
            cents,
            st.sampled_from([Basis.observed, Basis.catalogue]),
            st.sampled_from([STANDARD, Terms(tier="batch"), Terms(context=">200K")]),
            st.booleans(),
        ),
        max_size=8,
    ),
    cents,
)
def test_what_is_called_cheaper_costs_less(
    listed: list[tuple[str, Decimal, Decimal, Basis, Terms, bool]], than: Decimal
) -> None:
    spans: list[Span] = []
    for n, (name, price_in, price_out, basis, terms, is_whole) in enumerate(listed):
        pair = both(name, "2026-11-01", price_in, price_out, basis=basis, source=str(n), terms=terms)
        spans += pair if is_whole else pair[:1]
    found = cheaper(offers(spans, NOW), same("openai/gpt-4o"), USD, MONTH, than, NOW)
    assert len({(o.provider, o.terms) for o in found}) == len(found)
    for offer in found:
        assert offer.total is not None and not offer.missing
        paid = sum((MONTH[m] * offer.prices[m].price for m in MONTH), Decimal(0))
        assert offer.total == paid < than
        assert paid > 0
        assert "mini" not in offer.model and (offer.provider, offer.terms) != ("openai", STANDARD)
    totals = [o.total for o in found]
    assert totals == sorted(totals, key=lambda t: t or 0)


def test_of_one_provider_the_surest_spelling_counts() -> None:
    page = seen("acme/openai/gpt-4o", 2, 8)
    catalogue = both("acme/gpt-4o", "2026-11-01", 1, 4, basis=Basis.catalogue, source="catalogue")
    for spans in (page + catalogue, catalogue + page):
        (only,) = cheaper(offers(spans, NOW), same("openai/gpt-4o"), USD, MONTH, Decimal(20), NOW)
        assert (only.total, only.basis) == (14, Basis.observed)


def test_what_costs_the_same_is_not_cheaper() -> None:
    found = offers(seen("acme/openai/gpt-4o", 2, 8), NOW)
    assert not cheaper(found, same("openai/gpt-4o"), USD, MONTH, Decimal(14), NOW)
    assert cheaper(found, same("openai/gpt-4o"), USD, MONTH, Decimal("14.01"), NOW)


def test_a_fact_gathered_long_ago_speaks_only_where_nobody_else_does() -> None:
    fact = [replace(s, recorded_at=at("2026-11-01")) for s in both("acme/gpt-4o", "2025-01-01", 9, 9)]
    catalogue = both("acme/gpt-4o", "2026-11-01", 1, 4, basis=Basis.catalogue, source="catalogue")

    def paid(spans: list[Span], on: str) -> Decimal:
        (offer,) = offers(spans, at(on))
        return offer.prices["input_mtok"].price

    assert paid([*fact, *catalogue], "2026-11-25") == 1
    assert paid([*fact, *catalogue], "2026-11-02") == 9
    assert paid(fact, "2026-11-25") == 9


def test_a_catalogues_unit_slip_is_not_believed_and_a_pages_price_is() -> None:
    def found(basis: Basis) -> Sequence[Offered]:
        spans = both("acme/gpt-4o", "2026-11-01", "0.1", "0.1", basis=basis, source="s")
        return cheaper(offers(spans, NOW), same("openai/gpt-4o"), USD, MONTH, Decimal(100), NOW)

    assert not found(Basis.catalogue)
    assert found(Basis.observed)


def test_a_fact_that_no_look_sees_today_is_no_offer() -> None:
    def found(recorded: datetime) -> Sequence[Offered]:
        spans = [replace(s, recorded_at=recorded) for s in both("azure/gpt-4o", "2025-01-01", 1, 4)]
        return cheaper(offers(spans, NOW), same("openai/gpt-4o"), USD, MONTH, Decimal(100), NOW)

    assert found(NOW) and not found(at("2026-11-20"))


def test_a_fact_of_other_hours_ends_with_the_standard_price_beside_it() -> None:
    hours = both("deepseek/deepseek-chat", "2025-02-26", 1, 1, terms=Terms(window="16:30-00:30Z"))
    rise = both("deepseek/deepseek-chat", "2025-09-05", 3, 3)[:1]
    assert in_force(hours, at("2025-09-10")) == hours
    assert in_force([*hours, *rise], at("2025-09-01")) == hours
    assert in_force([*hours, *rise], at("2025-09-10")) == rise
    observed = [replace(s, basis=Basis.observed) for s in hours]
    assert in_force([*observed, *rise], at("2025-09-10")) == [*observed, *rise]


def test_the_cheapest_offer_is_told_in_one_line() -> None:
    def told(spans: list[Span]) -> str:
        found = cheapest_blend(offers(spans, NOW), same("openai/gpt-4o"), USD, Decimal("4.375"), NOW)
        return offer_line(replace(found, seen=NOW)) if found else ""

    batch = seen("azure/gpt-4o", "0.1", "0.1", terms=Terms(tier="batch"))
    assert told(batch) == ""
    assert told([*batch, *seen("deepinfra/gpt-4o", 2, 4), *seen("acme/gpt-4o", 3, 9)]) == (
        "cheapest comparable: DeepInfra at $2 in, $4 out per 1M tokens"
        " (−43 % by a 3:1 blend), seen 2026-11-25"
    )
    assert told(seen("acme/gpt-4o", 3, 9)) == (
        "nobody comparable is cheaper; the next is Acme at $3 in, $9 out per 1M tokens"
        " (+2.9 % by a 3:1 blend), seen 2026-11-25"
    )
    same_price = both("acme/gpt-4o", "2026-11-01", "2.5", 10, basis=Basis.catalogue, promo_until="2026-12-01")
    assert told(same_price) == (
        "nobody comparable is cheaper; the next is Acme at $2.50 in, $10 out per 1M tokens"
        " (the same by a 3:1 blend), promotion until 2026-12-01, by a catalogue, seen 2026-11-25"
    )
