"""Prices in prose: what an article states, of which model, and what is no price."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.stated import stated
from tracker.adapters import facts
from tracker.adapters.nicknames import nicknames
from tracker.domain.facts import series_of_fact
from tracker.domain.mentions import LONGEST_QUOTE, MOST, Mention, mentions
from tracker.domain.named import Names, Nickname, Option

PARAGRAPHS = Path(__file__).parent / "paragraphs"
ARTICLE = Path(__file__).parents[3] / "shared/facts/article.txt"
DAY = date(2025, 1, 29)
# The token and plan prices of the article, found by eye.
BY_EYE = [
    ("deepseek", "deepseek-chat", "input_mtok", "0.07"),
    ("deepseek", "deepseek-chat", "output_mtok", "1.1"),
    ("openai", "gpt-4o", "input_mtok", "2.5"),
    ("openai", "gpt-4o", "output_mtok", "10"),
    ("deepseek", "deepseek-reasoner", "input_mtok", "0.55"),
    ("deepseek", "deepseek-reasoner", "output_mtok", "2.19"),
    ("openai", "o1", "input_mtok", "15"),
    ("openai", "o1", "output_mtok", "60"),
    ("openai", "chatgpt pro", "seat_month", "200"),
    ("openai", "chatgpt pro", "seat_month", "200"),
]


def names(*more: Option) -> Names:
    """What the bundled facts name, as a store knows it from its first day."""
    series = [series_of_fact(fact) for fact in (*facts.moves(), *facts.listings())]
    known = {Option(s.provider, s.model, s.meter == "seat_month") for s in series if s}
    return Names([*known, *more], nicknames())


NAMES = names()


def prices(text: str, known: Names = NAMES, day: date = DAY, provider: str = "") -> list[Mention]:
    return [m for m in mentions(text, known, day, provider) if m.price is not None]


def said(text: str, known: Names = NAMES, day: date = DAY, provider: str = "") -> list[tuple[str, str, str]]:
    return [(m.model, m.meter, f"{m.price:f}") for m in prices(text, known, day, provider)]


def rows(text: str) -> list[dict[str, Any]]:
    return [
        {
            "quote": m.quote,
            "provider": m.provider,
            "model": m.model,
            "meter": m.meter,
            "price": f"{m.price:f}",
            "currency": m.currency,
            "terms": m.terms.as_dict(),
        }
        for m in prices(text)
    ]


@pytest.mark.parametrize("name", sorted(p.stem for p in PARAGRAPHS.glob("*.txt")))
def test_a_paragraph_is_read_as_its_answer_says(name: str) -> None:
    answer = json.loads((PARAGRAPHS / f"{name}.json").read_text())
    assert rows((PARAGRAPHS / f"{name}.txt").read_text()) == answer, (
        f"where the answer is what changed: .venv/bin/python -m tests.domain.test_mentions {name}"
    )


@pytest.mark.skipif(not ARTICLE.exists(), reason="the article's text lies beside the project, not in it")
def test_every_price_of_the_article_is_found_and_nothing_else_is() -> None:
    found = [(m.provider, m.model, m.meter, f"{m.price:f}") for m in prices(ARTICLE.read_text())]
    right = sum(min(found.count(one), BY_EYE.count(one)) for one in set(BY_EYE))
    assert right / len(found) == 1, "precision"
    assert right / len(BY_EYE) == 1, "recall"


def test_a_name_that_goes_on_is_another_model() -> None:
    assert said("GPT-4o-search costs $2.50 per million input tokens.") == [("", "input_mtok", "2.5")]
    assert said("GPT-4o turbo costs $2.50 per million input tokens.") == [("", "input_mtok", "2.5")]


@pytest.mark.parametrize(
    "written", ["GPT-4o", "gpt-4o", "GPT 4o", "GPT4o", "GPT-4o's API", "“GPT-4o”", "gpt‑4o"]
)
def test_a_model_is_known_however_it_is_written(written: str) -> None:
    assert said(f"{written} costs $2.50 per million input tokens.") == [("gpt-4o", "input_mtok", "2.5")]


def test_claude_is_known_with_its_version_before_or_after_its_size() -> None:
    for written in ("Claude 3.5 Sonnet", "Claude Sonnet 3.5", "claude-3-5-sonnet"):
        assert said(f"{written} costs $3 per million input tokens.") == [
            ("claude-3-5-sonnet", "input_mtok", "3")
        ]


def test_a_word_of_the_language_is_no_model() -> None:
    known = names(Option("cohere", "command"), Option("acme", "4"))
    assert said("The command costs $3 per million input tokens, 4 times.", known) == [("", "input_mtok", "3")]


def test_a_nickname_means_a_model_only_as_long_as_it_did() -> None:
    text = "DeepSeek's V3 costs $0.27 per million input tokens."
    assert said(text, day=date(2025, 9, 4))[0][0] == "deepseek-chat"
    assert said(text, day=date(2025, 9, 5))[0][0] == ""


def test_a_feed_of_a_provider_needs_not_name_it() -> None:
    text = "V3 costs $0.27 per million input tokens."
    assert said(text)[0][0] == ""
    assert said(text, provider="deepseek")[0][0] == "deepseek-chat"


def test_of_several_sellers_the_one_that_the_sentence_names_is_meant_else_the_maker() -> None:
    known = names(Option("azure", "gpt-4o"), Option("together", "gpt-4o"))

    def seller(text: str) -> str:
        return prices(text, known)[0].provider

    assert seller("GPT-4o costs $2.50 per million input tokens.") == "openai"
    assert seller("On Azure, GPT-4o costs $2.50 per million input tokens.") == "azure"
    assert seller("GPT-4o costs $2.50 per million input tokens on Azure.") == "azure"


def test_an_article_names_its_providers_once_each() -> None:
    found = mentions("OpenAI and Anthropic. Claude and OpenAI again; openai.com is no name.", NAMES, DAY)
    assert [(m.provider, m.quote, m.price) for m in found] == [
        ("anthropic", "Anthropic", None),
        ("openai", "OpenAI", None),
    ]


def test_a_plan_is_a_price_only_where_a_plan_is_spoken_of() -> None:
    assert said("OpenAI pays $1,500 a month in rent.") == []
    assert said("OpenAI has a plan at $8 a month.") == [("", "seat_month", "8")]


def test_a_bare_amount_is_a_price_only_beside_one_with_a_unit() -> None:
    assert said("GPT-4o: $2.50 for input, $10 for output.") == []
    assert len(said("GPT-4o: $2.50 for input, $10 for output per million tokens.")) == 2


@pytest.mark.parametrize(
    "before",
    ["up to", "as low as", "less than", "over", "starting at", "down from", "previously", "was", "saves"],
)
def test_a_bound_and_an_old_price_are_no_price(before: str) -> None:
    assert stated(f"it costs {before} $2.50 per million input tokens") == []


@pytest.mark.parametrize("before", ["", "about", "now only", "exactly", "the"])
def test_a_price_is_one(before: str) -> None:
    (one,) = stated(f"it costs {before} $2.50 per million input tokens")
    assert (one.price, one.currency, one.meter) == (Decimal("2.5"), "USD", "input_mtok")


HOSTILE = {
    "long words": "GPT-4o costs " + "$2.50" * 2000 + "w" * 10_000,
    "brackets": "$3 (" * 5000,
    "dashes": "$3 — " * 5000,
    "commas": ", than" * 20_000,
    "one sentence of prices": "GPT-4o $2 per million input tokens " * 3000,
    "names": "GPT-4o " * 20_000 + "$2 per million input tokens",
    "digits": "1," * 50_000,
    "amounts": "$1" + "0" * 100_000 + " per million input tokens",
    "blanks": "$3" + " " * 100_000 + "per million tokens",
    "letters and digits": "$1 per million tokens " + "a1" * 50_000,
    "capitals": "$1 per million tokens " + "A-" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_in_good_time(name: str) -> None:
    begun = time.process_time()
    found = mentions(HOSTILE[name], NAMES, DAY)
    assert time.process_time() - begun < 3
    assert len(found) <= MOST


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(["GPT-4o", "$2", " per million input tokens", "(", ")", " — ", "\u202e", "İ", "/"])
    )
)
def test_whatever_is_written_a_quote_is_short_harmless_and_from_the_text(parts: list[str]) -> None:
    for mention in mentions("".join(parts), NAMES, DAY):
        assert len(mention.quote) <= LONGEST_QUOTE
        assert mention.quote.isprintable()


@given(
    st.decimals(min_value=0, max_value=10**9, places=8, allow_nan=False),
    st.sampled_from(["${}", "{} cents", "{} yuan", "US${}", "₩{}"]),
    st.sampled_from(
        [" per token", "/M input", " per 1,000 tokens", " a month", "/MTok", " per 1M output tokens"]
    ),
)
def test_every_price_that_is_found_can_be_kept_exactly(amount: Decimal, money: str, unit: str) -> None:
    text = f"The plan costs {money.format(amount)}{unit}."
    for one in stated(text):
        assert 0 < one.price < 10**8
        assert one.price == one.price.quantize(Decimal("1e-10"))  # as the store keeps it
        assert text[one.start : one.end] in text and one.start < one.end <= one.until <= len(text)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    mentions(text, NAMES, DAY)


def test_the_reviewed_nicknames_name_models_of_the_record() -> None:
    known = {(s.provider, s.model) for s in map(series_of_fact, _all()) if s}
    assert {(n.provider, n.model) for n in nicknames() if n.model} <= known


def test_a_nickname_has_no_two_meanings_on_one_day() -> None:
    rows = sorted(nicknames(), key=lambda n: (n.provider, n.words, n.begin))
    for one, other in pairwise(rows):
        assert _key(one) != _key(other) or one.end <= other.begin


def _key(n: Nickname) -> tuple[str, str]:
    return n.provider, n.words


def _all() -> list[Any]:
    return [*facts.moves(), *facts.listings()]


if __name__ == "__main__":
    for stem in sys.argv[1:] or [p.stem for p in PARAGRAPHS.glob("*.txt")]:
        lines = ",\n".join(
            json.dumps(r, ensure_ascii=False) for r in rows((PARAGRAPHS / f"{stem}.txt").read_text())
        )
        (PARAGRAPHS / f"{stem}.json").write_text(f"[\n{lines}\n]\n" if lines else "[]\n")
