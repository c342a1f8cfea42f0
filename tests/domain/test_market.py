"""Predictions about a market: what recorded prices say of them, and what they cannot say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scrapers.page import Terms
from tests.domain.made import both, day
from tracker.adapters import facts
from tracker.adapters.claims import registered
from tracker.domain.announced import spans_of
from tracker.domain.market import MarketResult, MarketTest, evaluate, needs
from tracker.domain.model import Basis
from tracker.domain.spans import Span

TEST: TypeAdapter[Any] = TypeAdapter(MarketTest)
T0 = day("2025-01-29")
H90, H365 = "2025-04-29", "2026-01-29"
HORIZONS = {"H90": 90, "H365": 365, "open": None}
V3 = "deepseek/deepseek-chat"


def asked(
    test: dict[str, Any] | Any, spans: Sequence[Span], as_of: str = "2026-11-23", hedged: bool = False
) -> MarketResult:
    made = TEST.validate_python(test) if isinstance(test, dict) else test
    return evaluate(made, spans, t0=T0, horizons=HORIZONS, as_of=day(as_of), hedged=hedged)


def states(*args: Any, **more: Any) -> tuple[str, ...]:
    """The states at 90 days, at 365 days, and open."""
    return tuple(asked(*args, **more).rollup.values())


# --- the article ---

BUNDLED = spans_of([*facts.moves(), *facts.listings(), *facts.hosts()])
BY_RECORD = {
    "P5": ("unresolvable", "unresolvable", "unresolvable"),
    "P6": ("not_met", "confirmed", "confirmed"),
    "P7": ("refuted", "partly", "partly"),
    "P8": ("pending", "pending", "pending"),
    "P9": ("not_met", "not_met", "partly"),
    "P10": ("indeterminate", "confirmed", "confirmed"),
    "P11": ("indeterminate", "indeterminate", "pending"),
    "P12": ("informative", "informative", "informative"),
}
FIRST = {
    "P6": date(2025, 8, 30),
    "P7": date(2025, 6, 10),
    "P9": date(2026, 7, 9),
    "P10": date(2025, 8, 13),
}


def of_article(id: str, spans: Sequence[Span] = BUNDLED, as_of: str = "2026-11-23") -> MarketResult:
    (prediction,) = [p for p in registered().predictions if p.id == id]
    assert prediction.market is not None
    return asked(prediction.market, spans, as_of, prediction.kind == "hedged")


@pytest.mark.parametrize("id", BY_RECORD)
def test_the_article_is_judged_by_the_bundled_record(id: str) -> None:
    found = of_article(id)
    assert tuple(found.rollup.values()) == BY_RECORD[id]
    assert found.first == FIRST.get(id)


def test_the_figures_are_those_found_by_hand() -> None:
    p6, p7, p12 = of_article("P6"), of_article("P7"), of_article("P12")
    assert p6.numbers["H90"]["median"] == 2.46
    assert p6.numbers["open"]["first"]["hosts at 1.1 or less"] == 4
    assert p7.numbers == {
        "H90": {"reasoning over flagship": 5.0, "frontier over open leader": 7.33},
        "H365": {"reasoning over flagship": 1.0, "frontier over open leader": 15.28},
        "open": {"reasoning over flagship": 1.0, "frontier over open leader": 4.04},
    }
    assert p12.numbers["open"] == {
        "days": 663,
        "at or below": 639,
        "share_pct": 96.38,
        "each at or below": 432,
    }
    assert of_article("P9").numbers["open"] == {"model": "muse-spark-1.1", "pct below": 64.44}
    assert of_article("P10").numbers["H90"]["names"] == ["aws", "azure", "fireworks"]


def test_what_nobody_looked_at_is_named() -> None:
    assert "nothing is recorded" in " ".join(of_article("P11").uncovered)
    assert "no proof" in of_article("P10").uncovered[0]
    assert "before 2025-02-11" in " ".join(of_article("P6").uncovered)


def test_what_is_not_in_prices_says_why() -> None:
    for prediction in registered().predictions:
        if prediction.kind == "not_testable":
            assert prediction.market is not None
            found = asked(prediction.market, ())
            assert set(found.rollup.values()) == {"not_testable"}
            assert found.numbers["open"]["reason"]


@pytest.mark.parametrize("id", BY_RECORD)
def test_a_test_looks_at_the_prices_that_it_names_and_at_no_others(id: str) -> None:
    (prediction,) = [p for p in registered().predictions if p.id == id]
    wanted = needs(prediction.market).of(BUNDLED)
    assert of_article(id, wanted) == of_article(id)
    assert len(wanted) < len(BUNDLED) / 2
    assert needs(TEST.validate_python({"kind": "not_testable", "reason": "so"})).of(BUNDLED) == []


# --- hosts of the same weights ---

WEIGHTS = [{"own": V3, "since": day("2024-12-26"), "names": ["deepseek-v3"]}]
RATIO = {
    "kind": "host_ratio",
    "weights": WEIGHTS,
    "prefixes": ["", "deepseek-ai/"],
    "not_hosts": ["openrouter", "huggingface*"],
}
OWN = both(V3, "2024-12-26", 1, 1)


def hosts_at(*prices: object, since: str = "2025-03-01", until: str = "") -> list[Span]:
    return [
        s
        for n, price in enumerate(prices)
        for s in both(f"host{n}/deepseek-ai/DeepSeek-V3", since, price, price, until)
    ]


def test_three_hosts_at_the_makers_price_confirm_whatever_the_median() -> None:
    assert states(RATIO, [*OWN, *hosts_at(1, 1, "1.1", 9, 9, 9, 9)])[0] == "confirmed"
    assert states(RATIO, [*OWN, *hosts_at(1, 1, "1.11", 9, 9, 9, 9)])[0] == "not_met"


def test_the_usual_host_at_a_quarter_more_confirms_and_one_host_is_no_market() -> None:
    assert states(RATIO, [*OWN, *hosts_at("1.2", "1.25", "1.5")])[0] == "confirmed"
    assert states(RATIO, [*OWN, *hosts_at("1.2", "1.26", "1.5")])[0] == "not_met"
    assert states(RATIO, [*OWN, *hosts_at("1.2")])[0] == "not_met"


def test_hosts_that_all_ask_more_than_twice_as_much_refute_after_a_year_only() -> None:
    dear = [*OWN, *hosts_at(3, "2.1", 4)]
    assert states(RATIO, dear) == ("not_met", "refuted", "pending")
    assert states(RATIO, dear, hedged=True) == ("not_met", "not_met", "pending")
    assert states(RATIO, [*OWN, *hosts_at(3, 2, 4)])[1] == "not_met"
    assert states(RATIO, dear, as_of="2026-01-28")[1] == "pending"


def test_where_no_host_is_recorded_nothing_is_refuted() -> None:
    found = asked(RATIO, OWN)
    assert tuple(found.rollup.values()) == ("indeterminate", "indeterminate", "pending")
    assert "no host of these weights is recorded" in found.uncovered[0]
    gone = [*OWN, *hosts_at(3, 3, 3, until="2025-06-01")]
    assert states(RATIO, gone) == ("not_met", "indeterminate", "pending")


def test_resellers_and_the_maker_itself_are_no_hosts() -> None:
    repeated = [
        *both("openrouter/deepseek-ai/deepseek-v3", "2025-03-01", 1, 1),
        *both("huggingface_novita/deepseek-v3", "2025-03-01", 1, 1),
        *both("deepseek/deepseek-v3", "2025-03-01", 1, 1),
    ]
    assert asked(RATIO, [*OWN, *repeated]).numbers["open"] == {"listings": 0}


def test_other_weights_free_offers_and_other_tiers_are_no_listings() -> None:
    other = [
        *both("host1/deepseek-v3-distill-8b", "2025-03-01", 1, 1),
        *both("host2/deepseek-v3", "2025-03-01", 0, 0),
        *both("host3/deepseek-v3", "2025-03-01", 1, 1, terms=Terms(tier="batch")),
        *both("host4/deepseek-v3", "2025-03-01", 1, 1, currency="CNY"),
        *both("host5/deepseek-v3", "2025-03-01", 1, 1)[:1],
    ]
    assert asked(RATIO, [*OWN, *other]).numbers["open"] == {"listings": 0}


def test_a_host_with_two_spellings_is_one_host_at_its_cheaper_price() -> None:
    twice = [
        *both("host1/deepseek-v3", "2025-03-01", 3, 3),
        *both("host1/deepseek-ai/DeepSeek-V3", "2025-03-01", 2, 2),
    ]
    numbers = asked(RATIO, [*OWN, *twice]).numbers["open"]
    assert (numbers["listings"], numbers["hosts"], numbers["median"]) == (1, 1, 2.0)


def test_hosts_are_held_against_the_makers_dearest_hour() -> None:
    peak = both(V3, "2024-12-26", 2, 2, terms=Terms(window="peak"))
    assert asked(RATIO, [*OWN, *peak, *hosts_at(2, 2, 2)]).numbers["open"]["median"] == 1.0
    others = [
        *both(V3, "2024-12-26", 9, 9, terms=Terms(tier="batch")),
        *both(V3, "2024-12-26", 9, 9, terms=Terms(tier="batch", window="peak")),
        *both(V3, "2024-12-26", 9, 9, terms=Terms(window="peak"), currency="CNY"),
    ]
    assert asked(RATIO, [*OWN, *others, *hosts_at(2, 2, 2)]).numbers["open"]["median"] == 2.0


def test_weights_are_compared_only_while_their_makers_price_of_them_stood() -> None:
    ended = RATIO | {"weights": [WEIGHTS[0] | {"until": day("2025-03-01")}]}
    assert asked(ended, [*OWN, *hosts_at(1, 1, 1)]).numbers["open"] == {"listings": 0}
    later = RATIO | {"weights": [WEIGHTS[0] | {"since": day("2025-05-05")}]}
    assert asked(later, [*OWN, *hosts_at(1, 1, 1, since="2025-02-01")]).first == date(2025, 5, 5)


def test_what_has_held_for_less_than_thirty_days_is_provisional() -> None:
    fresh = [*OWN, *hosts_at(1, 1, 1)]
    assert states(RATIO, fresh, as_of="2025-03-30") == ("provisional",) * 3
    assert states(RATIO, fresh, as_of="2025-03-31") == ("confirmed",) * 3


def test_what_begins_after_the_day_asked_for_is_not_known_yet() -> None:
    assert states(RATIO, [*OWN, *hosts_at(1, 1, 1)], as_of="2025-02-28") == ("pending",) * 3
    assert states(RATIO, [*OWN, *hosts_at(1, 1, 1, since="2025-05-01")])[0] == "indeterminate"


GROQ = {
    "kind": "listed_at",
    "host": "groq",
    "weights": WEIGHTS,
    "substitutes": ["deepseek-r1-distill-llama-70b"],
}


def test_a_host_with_another_model_only_leaves_the_claim_unresolvable() -> None:
    distilled = both("groq/deepseek-r1-distill-llama-70b", "2025-02-11", "0.75", "0.99")
    found = asked(GROQ, [*OWN, *distilled])
    assert tuple(found.rollup.values()) == ("unresolvable",) * 3
    assert found.numbers["open"]["listed instead"] == ["deepseek-r1-distill-llama-70b"]
    assert states(GROQ, [*OWN, *distilled], as_of="2025-04-28") == ("pending", "pending", "unresolvable")
    assert states(GROQ, OWN) == ("indeterminate", "indeterminate", "pending")


@pytest.mark.parametrize(
    ("price", "state"), [("1.5", "confirmed"), ("1.51", "not_met"), ("3", "not_met"), ("3.01", "refuted")]
)
def test_a_host_that_lists_the_very_weights_is_judged_by_its_price(price: str, state: str) -> None:
    listed = [*OWN, *both("groq/deepseek-v3", "2025-03-01", price, price)]
    assert states(GROQ, listed)[:2] == (state, state)


MANY = {"kind": "hosts", "maker": "deepseek", "names": ["deepseek-v3"], "prefixes": ["", "deepseek-ai/"],
        "not_hosts": ["openrouter"], "least": 3}  # fmt: skip


def test_so_many_hosts_are_counted_from_the_day_of_the_last_that_was_missing() -> None:
    spans = [*hosts_at(1, 2), *both("late/deepseek-v3", "2025-05-05", 9, 9)]
    found = asked(MANY, spans)
    assert tuple(found.rollup.values()) == ("indeterminate", "confirmed", "confirmed")
    assert found.first == date(2025, 5, 5)


def test_few_recorded_hosts_are_no_proof_of_few_hosts() -> None:
    assert states(MANY, hosts_at(1, 2)) == ("indeterminate", "indeterminate", "pending")
    reseller = both("openrouter/deepseek-v3", "2025-03-01", 1, 1)
    free = both("host9/deepseek-v3", "2025-03-01", 0, 0)
    own = both("deepseek/deepseek-v3", "2025-03-01", 1, 1)
    assert asked(MANY, [*hosts_at(1, 2), *reseller, *free, *own]).numbers["open"]["hosts"] == 2


# --- lines, rivals, lists ---


def line(*led: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"since": day(since), "model": model} for since, model in led]


def over(name: str, of: str, under: str, at_most: str = "1.5") -> dict[str, Any]:
    return {
        "name": name,
        "of": line(("2025-01-01", of)),
        "over": line(("2025-01-01", under)),
        "at_most": at_most,
    }


PREMIUM = {"kind": "premium", "premiums": [over("a", "x/a", "x/base"), over("b", "x/b", "x/base")]}
BASE = both("x/base", "2025-01-01", 1, 1)


@pytest.mark.parametrize(
    ("a", "b", "state"),
    [
        ("1.5", "1.5", "confirmed"),
        ("1.5", "9", "partly"),
        ("2", "3", "not_met"),
        ("2", "3.01", "refuted"),
    ],
)
def test_premiums_are_judged_at_the_horizons_end(a: str, b: str, state: str) -> None:
    spans = [*BASE, *both("x/a", "2025-01-01", a, a), *both("x/b", "2025-01-01", b, b)]
    assert states(PREMIUM, spans)[:2] == (state, state)
    assert states(PREMIUM, spans, as_of="2025-04-28")[0] == "pending"


def test_a_premium_that_came_back_is_not_gone() -> None:
    back = [
        *BASE,
        *both("x/a", "2025-01-01", 1, 1, "2025-04-01"),
        *both("x/a", "2025-04-01", 5, 5),
        *both("x/b", "2025-01-01", 5, 5),
    ]
    assert states(PREMIUM, back)[0] == "refuted"


def test_a_premium_is_gone_since_its_last_fall() -> None:
    fell = [
        *BASE,
        *both("x/a", "2025-01-01", 1, 1, "2025-03-01"),
        *both("x/a", "2025-03-01", 5, 5, "2025-06-10"),
        *both("x/a", "2025-06-10", 1, 1),
        *both("x/b", "2025-01-01", 5, 5),
    ]
    assert asked(PREMIUM, fell).first == date(2025, 6, 10)


def test_a_premium_without_a_recorded_price_is_not_told() -> None:
    found = asked(PREMIUM, BASE)
    assert tuple(found.rollup.values()) == ("indeterminate", "indeterminate", "pending")
    assert found.numbers["open"] == {"a": None, "b": None}
    assert "cannot be told" in found.uncovered[0]


def test_a_line_is_led_by_its_newest_model() -> None:
    led = {
        "kind": "premium",
        "premiums": [over("a", "x/a", "x/base") | {"of": line(("2025-01-01", "x/a"), ("2025-03-01", "x/b"))}],
    }
    spans = [*BASE, *both("x/a", "2025-01-01", 9, 9), *both("x/b", "2025-02-01", 1, 1)]
    assert asked(led, spans).first == date(2025, 3, 1)


RIVAL = {
    "kind": "cheaper_than",
    "provider": "meta",
    "models": ["muse"],
    "than": line(("2025-01-01", "x/base")),
    "pct": 50,
}


def test_a_rival_that_is_not_sold_yet_is_not_met_once_its_start_is_documented() -> None:
    late = [*BASE, *both("meta/muse", "2026-07-09", "0.5", "0.5")]
    assert states(RIVAL, late, hedged=True) == ("not_met", "not_met", "confirmed")
    assert states(RIVAL, late)[1] == "refuted"
    assert states(RIVAL, late, as_of="2026-07-08") == ("indeterminate", "indeterminate", "pending")
    catalogue = [*BASE, *both("meta/muse", "2026-07-09", "0.5", "0.5", basis=Basis.catalogue)]
    assert states(RIVAL, catalogue)[1] == "indeterminate"


def test_half_the_price_is_half_the_price() -> None:
    assert states(RIVAL, [*BASE, *both("meta/muse", "2025-02-01", "0.51", "0.51")])[0] == "refuted"
    assert states(RIVAL, [*BASE, *both("meta/muse", "2025-02-01", 0, 0)])[0] == "refuted"
    cheap = [*BASE, *both("meta/muse", "2025-02-01", "0.5", "0.5")]
    assert states(RIVAL, cheap)[0] == "confirmed"
    assert states(RIVAL | {"at_best": "partly"}, cheap)[0] == "partly"


SELLS = {"kind": "stops_selling", "providers": ["x", "y"]}


def test_who_goes_on_selling_refutes_nothing_that_has_no_day() -> None:
    spans = [*BASE, *both("y/one", "2025-01-01", 1, 1)]
    assert states(SELLS, spans) == ("pending",) * 3
    assert states(SELLS, []) == ("pending",) * 3
    assert "nothing that x sells" in asked(SELLS, []).uncovered[0]


def test_who_sells_nothing_any_more_has_stopped_on_the_last_day() -> None:
    ended = both("y/one", "2025-01-01", 1, 1, "2025-06-01")
    one = asked(SELLS, [*BASE, *ended])
    assert tuple(one.rollup.values()) == ("pending", "partly", "partly")
    assert one.first == date(2025, 6, 1)
    both_ended = [*both("x/base", "2025-01-01", 1, 1, "2025-05-01"), *ended]
    assert states(SELLS, both_ended)[1] == "confirmed"
    assert states(SELLS, [*BASE, *ended, *both("y/two", "2025-05-01", 0, 0)])[1] == "partly"


def test_a_plan_and_a_free_model_are_not_sold_by_the_token() -> None:
    ended = both("y/one", "2025-01-01", 1, 1, "2025-06-01")
    plan = [
        replace(s, series=replace(s.series, meter="seat_month")) for s in both("y/plan", "2025-01-01", 20, 20)
    ]
    assert states(SELLS, [*BASE, *ended, *plan[:1]])[1] == "partly"
    free = both("y/one", "2025-01-01", 0, 0, "2025-06-01")
    assert states(SELLS, [*BASE, *free])[1] == "pending"


CLOUD = {"kind": "delisted", "shops": [{"cloud": "aws", "lab": "Anthropic", "models": ["*claude*"]}]}


def test_a_cloud_that_goes_on_listing_a_lab_does_not_drop_it() -> None:
    listed = both("aws/anthropic.claude-3-opus", "2025-01-01", 15, 75)
    assert states(CLOUD, listed) == ("refuted", "refuted", "pending")
    assert states(CLOUD, listed, hedged=True) == ("not_met", "not_met", "pending")
    assert asked(CLOUD, listed).numbers["open"] == {"Anthropic at aws": 1}


def test_a_cloud_whose_last_model_of_a_lab_went_has_dropped_it() -> None:
    gone = both("aws/anthropic.claude-3-opus", "2025-01-01", 15, 75, "2025-06-01")
    other = both("aws/amazon.nova", "2025-01-01", 1, 1)
    assert states(CLOUD, [*gone, *other]) == ("refuted", "confirmed", "confirmed")
    followed = both("aws/anthropic.claude-4", "2025-05-01", 3, 15)
    assert states(CLOUD, [*gone, *followed], hedged=True)[1] == "not_met"


def test_a_cloud_that_nobody_recorded_neither_dropped_nor_kept_a_lab() -> None:
    early = both("aws/anthropic.claude-3-opus", "2024-01-01", 15, 75, "2024-06-01")
    assert states(CLOUD, early) == ("indeterminate", "indeterminate", "pending")


DAYS = {
    "kind": "days_at_or_below",
    "line": line(("2025-01-01", "x/base")),
    "prices": {"input": "1", "output": "2"},
}


def test_days_at_the_quoted_price_are_counted_on_the_blend() -> None:
    spans = [
        *both("x/base", "2025-02-08", 1, 2, "2025-02-18"),
        *both("x/base", "2025-02-18", "1.1", 1, "2025-02-28"),
        *both("x/base", "2025-02-28", "1.2", 2),
    ]
    found = asked(DAYS, spans, as_of="2025-03-09")
    assert found.numbers["open"] == {
        "days": 30,
        "at or below": 20,
        "share_pct": 66.67,
        "each at or below": 10,
    }
    assert found.uncovered == ("9 days have no recorded price",)
    assert asked(DAYS, []).numbers["open"]["share_pct"] is None


def test_without_an_output_price_every_quoted_price_counts() -> None:
    only = DAYS | {"prices": {"input": "1"}}
    spans = both("x/base", "2025-01-01", 1, 9)
    assert asked(only, spans, as_of="2025-02-08").numbers["open"]["at or below"] == 10


# --- whatever the market ---


def test_every_kind_of_test_is_told_of_with_its_keys() -> None:
    page = (Path(__file__).parents[2] / "docs" / "claims.md").read_text(encoding="utf-8")
    page = page.partition("## A prediction about a market")[2]
    said = {word for code in re.findall(r"`([^`]+)`", page) for word in re.findall(r"\w+", code)}
    for test in get_args(get_args(MarketTest)[0]):
        keys = {key for key in test.model_fields if key not in ("kind", "note")}
        assert set(get_args(test.model_fields["kind"].annotation)) <= said
        assert keys <= said, test.__name__


ALL = [RATIO, GROQ, MANY, PREMIUM, RIVAL, SELLS, CLOUD, DAYS]


@pytest.mark.parametrize("test", ALL, ids=lambda t: t["kind"])
def test_an_empty_record_confirms_and_refutes_nothing(test: dict[str, Any]) -> None:
    for as_of in ("2025-01-01", "2025-01-29", H90, H365, "2026-11-23"):
        found = asked(test, [], as_of=as_of)
        assert set(found.rollup.values()) <= {"pending", "indeterminate", "informative"}
        assert found.evidence == ()


@pytest.mark.parametrize("test", ALL, ids=lambda t: t["kind"])
@given(data=st.data())
def test_what_comes_later_changes_no_verdict_and_a_hedge_is_never_refuted(
    test: dict[str, Any], data: st.DataObject
) -> None:
    names = (V3, "host1/deepseek-v3", "host2/deepseek-v3", "groq/deepseek-v3", "x/a", "x/b", "x/base",
             "y/one", "meta/muse", "aws/claude")  # fmt: skip
    months = st.integers(1, 12).map(lambda m: f"2025-{m:02}-01")
    prices = st.decimals(min_value=Decimal("0.1"), max_value=9, places=1)
    drawn = st.tuples(st.sampled_from(names), months, prices)
    spans = [s for name, since, p in data.draw(st.lists(drawn, max_size=12)) for s in both(name, since, p, p)]
    as_of = data.draw(st.dates(T0, day("2026-03-01")))
    known = [s for s in spans if s.valid_from.date() <= as_of]
    found = asked(test, spans, as_of=as_of.isoformat())
    assert found == asked(test, known, as_of=as_of.isoformat())
    assert "refuted" not in asked(test, spans, as_of=as_of.isoformat(), hedged=True).rollup.values()
    met = {"confirmed", "partly", "provisional"} & set(found.rollup.values())
    assert not met or found.first is not None
    doubled = [replace(s, price=s.price * 2) for s in spans]
    if test is not DAYS:
        assert found.rollup == asked(test, doubled, as_of=as_of.isoformat()).rollup


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ({"kind": "host_ration"}, "kind"),
        ({"kind": "not_testable"}, "reason"),
        (RATIO | {"medain": 2}, "medain"),
        (RATIO | {"weights": []}, "weights"),
        (RATIO | {"median_at_most": 0}, "median_at_most"),
        (MANY | {"least": 0}, "least"),
        (RIVAL | {"pct": 101}, "pct"),
        (RIVAL | {"than": [{"since": "2025-01-01", "model": "base"}]}, "not provider/model"),
        (DAYS | {"prices": {"inptu": 1}}, "no component"),
    ],
)
def test_a_test_that_says_something_else_is_refused(test: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TEST.validate_python(test)
