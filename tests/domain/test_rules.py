"""Which rule tells which move to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.page import Terms
from tests.domain.test_alerts import AT, O3, move
from tracker.domain.filters import Case, is_watched
from tracker.domain.makers import maker_of
from tracker.domain.model import Move, Series
from tracker.domain.rules import Line, choose, decide, routes
from tracker.domain.settings import Rule
from tracker.domain.silences import Silence

Sent = list[tuple[str, str, tuple[int, ...]]]


def sent(
    moves: Sequence[Move],
    rules: Sequence[Rule],
    channels: Sequence[str] = ("team", "mail"),
    silences: Sequence[Silence] = (),
) -> Sent:
    cases = [Case(m) for m in moves]
    found = choose(cases, rules=rules, channels=channels, silences=silences)
    return [(c.rule.name, c.channel, tuple(m.id for m in c.moves)) for c in found]


# Filters


def test_without_rules_every_watched_move_goes_to_every_channel() -> None:
    assert sent(O3, []) == [("default", "team", (1, 2)), ("default", "mail", (1, 2))]
    assert list(choose([Case(O3[0], "catalogs", watched=False)], rules=[], channels=["team"])) == []


def test_nothing_moved_is_nothing_told() -> None:
    assert sent([], []) == []
    assert sent(O3, [], ()) == []


BATCH = move("input_mtok", "10", "2", terms=Terms(tier="batch"))
LLAMA = move("input_mtok", "0.59", "0.5", provider="groq", model="meta-llama/llama-3.3-70b")


@pytest.mark.parametrize(
    ("rule", "moved", "passes"),
    [
        (Rule("r", provider=("openai", "anthropic")), O3[0], True),
        (Rule("r", provider=("OpenAI",)), O3[0], True),
        (Rule("r", provider=("anthropic",)), O3[0], False),
        (Rule("r", maker=("openai",)), O3[0], True),
        (Rule("r", maker=("meta",)), LLAMA, True),
        (Rule("r", provider=("meta",)), LLAMA, False),
        (Rule("r", maker=("groq",)), LLAMA, False),
        (Rule("r", model=("o3",)), O3[0], True),
        (Rule("r", model=("O*",)), O3[0], True),
        (Rule("r", model=("openai/o?",)), O3[0], True),
        (Rule("r", model=("gpt-*",)), O3[0], False),
        (Rule("r", meter=("input_mtok",)), O3[0], True),
        (Rule("r", meter=("seat_month",)), O3[0], False),
        (Rule("r", tier=("batch",)), O3[0], False),
        (Rule("r", tier=("batch",)), BATCH, True),
        (Rule("r", tier=("standard",)), O3[0], True),
        (Rule("r", tier=("standard",)), BATCH, False),
        (Rule("r", event=("list_cut", "plan_cut")), O3[0], True),
        (Rule("r", event=("list_rise",)), O3[0], False),
        (Rule("r", direction="cut"), O3[0], True),
        (Rule("r", direction="rise"), O3[0], False),
        (Rule("r", source_kind=("providers",), watch="all"), O3[0], True),
        (Rule("r", source_kind=("hosts",), watch="all"), O3[0], False),
        (Rule("r", watch="background"), O3[0], False),
        (Rule("r", below=Decimal("2.01")), O3[0], True),
        (Rule("r", below=Decimal(2)), O3[0], False),
        (Rule("r", above=Decimal("1.99")), O3[0], True),
        (Rule("r", above=Decimal(2)), O3[0], False),
        (Rule("r", min_pct=Decimal(80)), O3[0], True),
        (Rule("r", min_pct=Decimal("80.01")), O3[0], False),
        (Rule("r", min_amount=Decimal(8)), O3[0], True),
        (Rule("r", min_amount=Decimal("8.01")), O3[0], False),
    ],
)
def test_a_rule_lets_through_what_its_filters_say(rule: Rule, moved: Move, passes: bool) -> None:
    assert bool(sent([moved], [rule])) is passes
    decision = decide(rule, Case(moved))
    assert decision.fires is passes and decision.why


def test_why_a_rule_does_not_fire_names_the_first_filter() -> None:
    said = decide(Rule("r", provider=("anthropic",), event=("list_rise",)), Case(O3[0])).why
    assert said == "its provider is openai, and none of anthropic"
    assert decide(Rule("r", min_pct=Decimal(90)), Case(O3[0])).why == "$10 → $2 (−80 %) is less than 90 %"


def test_a_move_from_zero_passes_any_threshold() -> None:
    assert sent([move("input_mtok", "0", "1")], [Rule("r", min_pct=Decimal(99))])


def test_a_move_from_zero_has_an_amount_all_the_same() -> None:
    free = move("input_mtok", "0", "0.01")
    assert sent([free], [Rule("r", min_amount=Decimal(1))], ["team"]) == []
    assert sent([free], [Rule("r", min_pct=Decimal(50))], ["team"]) == [("r", "team", (1,))]


def test_what_is_free_again_after_it_was_told_as_free_came_back() -> None:
    told, rise, cut = (move("input_mtok", *way) for way in (("1", "0"), ("0", "1"), ("1", "0")))
    decision = decide(Rule("r", min_pct=Decimal(5)), Case(cut), Line(told, (rise,)))
    assert not decision.fires and decision.why.startswith("it came back")


def test_a_rise_counts_as_much_as_a_cut_for_the_threshold() -> None:
    assert sent([move("input_mtok", "1", "1.5")], [Rule("r", min_pct=Decimal(50))])


def test_a_move_is_told_once_a_channel_by_the_first_rule() -> None:
    rules = [
        Rule("inputs", meter=("input_mtok",), to=("team",)),
        Rule("cuts", event=("list_cut",), to=("team", "mail")),
        Rule("all"),
    ]
    assert sent(O3, rules) == [("inputs", "team", (1,)), ("cuts", "team", (2,)), ("cuts", "mail", (1, 2))]


@pytest.mark.parametrize(
    ("watch", "kind", "reason", "watched"),
    [
        ((), "providers", "", True),
        ((), "hosts", "", True),
        ((), "catalogs", "confirmed by openai", False),
        ((), "catalogs", "confirmed by a person: seen", True),
        (("openai",), "providers", "", True),
        (("open*",), "hosts", "", True),
        (("anthropic",), "providers", "", False),
        (("openai/o3*",), "providers", "", True),
        (("openai/gpt*",), "providers", "", False),
        (("o3",), "providers", "", False),
    ],
)
def test_catalogues_are_in_the_background_unless_settings_say_what_is_watched(
    watch: tuple[str, ...], kind: str, reason: str, watched: bool
) -> None:
    assert is_watched(watch, replace(O3[0], reason=reason), kind, "openrouter") is watched


@pytest.mark.parametrize(
    ("provider", "model", "maker"),
    [
        ("openai", "gpt-4o", "openai"),
        ("azure", "gpt-4o", "openai"),
        ("azure", "o3-mini", "openai"),
        ("aws", "claude sonnet 4.5", "anthropic"),
        ("groq", "meta-llama/llama-4-scout", "meta"),
        ("cloudflare", "@cf/meta/llama-3.1-8b-instruct", "meta"),
        ("deepinfra", "deepseek-ai/deepseek-v3", "deepseek"),
        ("fireworks", "accounts/fireworks/models/deepseek-v3", "deepseek"),
        ("together", "qwen/qwen3-235b-a22b", "alibaba"),
        ("novita", "moonshotai/kimi-k2", "moonshot"),
        ("openrouter", "z-ai/glm-4.6", "zai"),
        ("openrouter", "x-ai/grok-4", "xai"),
        ("mistral", "open-mistral-nemo", "mistral"),
        ("acme", "somethingelse-1", "acme"),
    ],
)
def test_who_made_a_model_is_known_whoever_sells_it(provider: str, model: str, maker: str) -> None:
    assert maker_of(Series(provider, model, "input_mtok", Terms(), "USD")) == maker


def test_a_resellers_own_list_is_watched_though_it_is_a_catalogue_too() -> None:
    own = move("input_mtok", "3", "2", provider="openrouter", model="openai/o3")
    assert is_watched((), own, "catalogs", "openrouter")


# Slow creep: thresholds compare with the last price told


def _way(prices: Sequence[Decimal]) -> Iterator[Move]:
    for n, (before, after) in enumerate(pairwise(prices), 1):
        at = AT + timedelta(days=n)
        yield move("input_mtok", f"{before:f}", f"{after:f}", id=n, at=at, recorded_at=at)


def _told(rule: Rule, prices: Sequence[Decimal]) -> list[Move]:
    """What one channel is told, step by step."""
    told: list[Move] = []
    passed: list[Move] = []
    for moved in _way(prices):
        last = next((m for m in passed if told and m.id == told[-1].id), None)
        line = Line(last, tuple(m for m in passed if last is None or m.id > last.id))
        decision = decide(rule, Case(moved), line)
        if decision.fires:
            told.append(decision.as_told)
        passed.append(moved)
    return told


@pytest.mark.parametrize("step", ["0.99", "1.01"])
def test_twenty_steps_of_a_hundredth_fire_a_rule_of_five_per_cent_at_the_right_steps(step: str) -> None:
    prices = [Decimal(100)]
    for _ in range(20):
        prices.append((prices[-1] * Decimal(step)).quantize(Decimal("0.000001")))
    told = _told(Rule("r", min_pct=Decimal(5)), prices)
    expected, last = [], prices[0]
    for n, price in enumerate(prices[1:], 1):
        if abs(price - last) * 100 >= 5 * last:
            expected.append((n, last, price))
            last = price
    assert [(m.id, m.before, m.after) for m in told] == expected
    assert len(expected) == 3 if step == "0.99" else len(expected) == 4
    days = f"in {expected[0][0]} steps since 2026-07-02"
    assert told[0].reason == f"confirmed by a second look; {days}"


def test_a_price_that_came_back_to_what_was_told_is_not_told() -> None:
    rule = Rule("r", min_pct=Decimal(5))
    assert [m.id for m in _told(rule, [Decimal(x) for x in ("100", "90", "94", "89")])] == [1]


def test_a_rule_on_rises_begins_where_the_price_turned() -> None:
    """A cut that it did not ask for does not hide the rise after it."""
    rule = Rule("r", direction="rise", min_pct=Decimal(5))
    prices = [Decimal(x) for x in ("10", "2", "4")]
    (told,) = _told(rule, prices)
    assert (told.before, told.after) == (2, 4)
    (told,) = _told(replace(rule, direction="", event=("list_rise",)), prices)
    assert (told.before, told.after) == (2, 4)


def test_creep_of_a_rule_on_rises_survives_a_small_cut_between() -> None:
    rule = Rule("r", direction="rise", min_pct=Decimal(5))
    told = _told(rule, [Decimal(x) for x in ("100", "102", "101", "103", "105")])
    assert [(m.before, m.after) for m in told] == [(100, 105)]


def test_a_promotion_is_no_step_of_a_rule_on_list_prices() -> None:
    rule = Rule("r", event=("list_cut", "list_rise"), min_pct=Decimal(5))
    way = list(_way([Decimal(x) for x in ("10", "5", "10", "9.9")]))
    passed = (replace(way[0], event="promo"), replace(way[1], event="end_of_promo"))
    assert not decide(rule, Case(way[2]), Line(None, passed)).fires


PRICES = st.lists(st.decimals("0.01", "1000", places=2), min_size=2, max_size=30).map(
    lambda found: [p for n, p in enumerate(found) if n == 0 or p != found[n - 1]]
)


@given(PRICES, st.integers(1, 60))
def test_whatever_a_price_does_a_channel_is_never_far_from_what_it_was_told(
    prices: list[Decimal], pct: int
) -> None:
    """After a step away from what it was told last, the price is within the threshold of it."""
    told = _told(Rule("r", min_pct=Decimal(pct)), prices)
    by_step = {m.id: m for m in told}
    last = prices[0]
    for n, price in enumerate(prices[1:], 1):
        if n in by_step:
            assert by_step[n].before == last and abs(price - last) * 100 >= pct * last
            last = price
        elif (price < last) == (price < prices[n - 1]):
            assert abs(price - last) * 100 < pct * last


# Notices


def _to(event: str, rules: Sequence[Rule], about: Sequence[str] = ("openai",), **more: bool) -> list[str]:
    found = routes(event, about, rules=rules, channels=("team", "mail"), **more)
    return [f"{rule.name} {channel}" for rule, channel in found]


def test_a_source_in_trouble_is_never_told_to_nobody() -> None:
    assert _to("source", []) == ["default team", "default mail"]
    assert _to("source", [Rule("cuts", event=("list_cut",), to=("mail",))]) == [
        "default team",
        "default mail",
    ]
    assert _to("source", [Rule("ops", event=("source",), to=("mail",))]) == ["ops mail"]


def test_with_rules_an_article_goes_only_where_articles_are_wanted() -> None:
    assert _to("article", []) == ["default team", "default mail"]
    assert _to("article", [Rule("cuts", event=("list_cut",))]) == []
    assert _to("article", [Rule("news", event=("article",), to=("team",))]) == ["news team"]


def test_a_quiet_feed_is_told_only_where_a_rule_names_articles() -> None:
    assert _to("article", [], needs_rule=True) == []
    rule = Rule("news", provider=("acme-news",), event=("article",), to=("team",))
    assert _to("article", [rule], about=("acme-news",), needs_rule=True) == ["news team"]
    assert _to("article", [rule], about=("other",), needs_rule=True) == []


# Silences


def _silence(**about: str) -> Silence:
    return Silence(3, AT, AT + timedelta(days=1), **about)


@pytest.mark.parametrize(
    ("about", "silent"),
    [
        ({"provider": "openai"}, True),
        ({"provider": "OpenAI", "model": "o*"}, True),
        ({"model": "openai/o3"}, True),
        ({"rule": "default"}, True),
        ({"provider": "anthropic"}, False),
        ({"model": "gpt-*"}, False),
        ({"rule": "cuts"}, False),
        ({"provider": "openai", "rule": "cuts"}, False),
    ],
)
def test_a_silence_keeps_back_what_all_its_filters_admit(about: dict[str, str], silent: bool) -> None:
    assert (sent(O3, [], silences=[_silence(**about)]) == []) is silent


def test_a_silenced_rule_leaves_the_move_to_the_next_rule() -> None:
    rules = [Rule("cuts", event=("list_cut",), to=("team",)), Rule("all", to=("team",))]
    assert sent(O3, rules, silences=[_silence(rule="cuts")]) == [("all", "team", (1, 2))]


def test_a_silence_holds_until_its_time_or_until_it_is_ended() -> None:
    silence = _silence(provider="openai")
    assert silence.holds(AT) and not silence.holds(silence.until)
    assert not replace(silence, ended_at=AT + timedelta(hours=1)).holds(AT + timedelta(hours=2))


def test_a_models_silence_does_not_silence_its_source() -> None:
    assert _to("source", []) and routes(
        "source", ["openai"], rules=[], channels=["team"], silences=[_silence(model="o3")]
    )
    assert not routes(
        "source", ["openai"], rules=[], channels=["team"], silences=[_silence(provider="openai")]
    )
