"""Catalogues: whose list a row repeats, no price from a slipped unit, no row twice, and fast."""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.catalog import sources
from scrapers.catalogs._shared import SLIPPED, bands, provider_of
from scrapers.page import Page, ReadError, Reading
from scrapers.payload import loads
from tests.accept import FIXTURES

COMMUNITY = ("genai-prices", "litellm", "llm-prices", "modelsdev")
TOKENS = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2e-06}


def read(source_id: str, answer: Any) -> Reading:
    source = sources()[source_id]
    return source.reader(Page(source.url, json.dumps(answer), "application/json"))


def held(source_id: str, answer: Any) -> Reading:
    """Read, and held to what the source declares."""
    source = sources()[source_id]
    return source.read(Page(source.url, json.dumps(answer), "application/json"))


def litellm(**rows: dict[str, Any]) -> Reading:
    return read("litellm", {"well": TOKENS | {"output_cost_per_token": 8e-06}} | rows)


@pytest.mark.parametrize("source_id", COMMUNITY)
def test_community_catalogues_are_one_witness_and_name_whose_price_they_repeat(source_id: str) -> None:
    assert sources()[source_id].ancestry == "catalogues"
    newest = max(
        f for f in (FIXTURES / source_id).glob("*.json") if f.stat().st_size > 2000 and ".page" not in f.name
    )
    assert all(offer["provider"] for offer in json.loads(newest.read_text("utf-8")))


@pytest.mark.parametrize(
    ("named", "ours"),
    [
        ("gemini", "google"),
        ("vertex_ai-anthropic_models", "google-vertex"),
        ("bedrock_converse", "aws"),
        ("x-ai", "xai"),
        ("OpenAI ", "openai"),
        ("some-reseller", "some-reseller"),
        (None, ""),
        (["openai"], ""),
    ],
)
def test_a_provider_is_spelled_as_our_sources_spell_it(named: Any, ours: str) -> None:
    assert provider_of(named) == ours


def test_bands_of_context_follow_one_another() -> None:
    assert list(bands(loads("[0, 32000, 128000.0, 200000]"))) == ["", ">32K ≤128K", ">128K ≤200K", ">200K"]
    for wrong in ("[200000, 128000]", "[128000, 128000]", "[null]", '["128000"]', "[-1]", "[1.5]", "[true]"):
        with pytest.raises(ValueError, match="context"):
            list(bands(loads(wrong)))


def test_a_row_with_a_price_that_no_token_has_is_refused_whole() -> None:
    many = {f"m{n}": TOKENS | {"output_cost_per_token": 8e-06} for n in range(9)}
    reading = litellm(**many, slip=TOKENS | {"input_cost_per_token": 0.0006, "output_cost_per_token": 0.0024})
    assert "slip" not in {o.model for o in reading.offers}
    assert [r.reason for r in reading.refused] == [SLIPPED, SLIPPED]


@pytest.mark.parametrize("source_id", COMMUNITY)
def test_a_catalogue_in_another_unit_is_refused(source_id: str) -> None:
    page = newest_page(source_id)
    for factor in (1000, 1_000_000, 0.000001):
        with pytest.raises(ReadError) as refusal:
            held(source_id, scaled(page, factor))
        assert refusal.value.kind in ("parse_error", "missing_column", "too_few")


@pytest.mark.parametrize("source_id", COMMUNITY)
def test_a_catalogue_whose_keys_were_renamed_is_refused(source_id: str) -> None:
    text = json.dumps(newest_page(source_id))
    with pytest.raises(ReadError):
        held(source_id, json.loads(text.replace("output", "outgoing").replace("prices", "price_list")))
    with pytest.raises(ReadError):
        held(source_id, json.loads(text.replace("output", "outgoing")))


def newest_page(source_id: str) -> Any:
    pages = [f for f in (FIXTURES / source_id).glob("*.page.json") if f.stat().st_size > 2000]
    wholes = [page for page in map(whole, sorted(pages)) if page is not None]
    return max(wholes, key=lambda page: len(json.dumps(page)))


def whole(file: Any) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except ValueError:
        return None


def scaled(value: Any, factor: float) -> Any:
    if isinstance(value, dict):
        kept = ("start", "size", "range", "limit")
        return {k: v if k in kept else scaled(v, factor) for k, v in value.items()}
    if isinstance(value, list):
        return [scaled(v, factor) for v in value]
    return value * factor if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize("source_id", COMMUNITY)
def test_no_line_of_a_price_list_is_there_twice(source_id: str) -> None:
    reading = read(source_id, newest_page(source_id))
    lines = Counter((o.provider, o.model.casefold(), o.meter, o.currency, o.terms) for o in reading.offers)
    assert reading.offers
    assert max(lines.values()) == 1


@pytest.mark.parametrize(
    "stated", [0, -1, None, "", "0", "-1", True, [], {}, "free", "NaN", 1e300, "1_000", "٣"]
)
def test_what_is_no_price_is_none(stated: Any) -> None:
    reading = litellm(odd=TOKENS | {"output_cost_per_token": stated})
    assert [o.meter for o in reading.offers if o.model == "odd"] == ["input_mtok"]


def test_an_output_of_zero_is_silent_where_there_is_no_output() -> None:
    assert not litellm(e=TOKENS | {"mode": "embedding", "output_cost_per_token": 0.0}).refused
    assert litellm(c=TOKENS | {"output_cost_per_token": 0.0}).refused


def test_two_rows_of_one_model_with_two_prices_are_both_refused() -> None:
    one = TOKENS | {"litellm_provider": "deepseek"}
    other = one | {"input_cost_per_token": 1e-06}
    reading = litellm(**{"deepseek-chat": one, "deepseek/deepseek-chat": other})
    assert "deepseek-chat" not in {o.model for o in reading.offers}
    same = litellm(**{"deepseek-chat": one, "deepseek/deepseek-chat": one})
    assert [o.model for o in same.offers].count("deepseek-chat") == 1


def test_a_condition_that_is_not_known_refuses_its_model_alone() -> None:
    odd = [
        {"prices": {"input_mtok": 1}},
        {"constraint": {"weekday": "sunday"}, "prices": {"input_mtok": 0.5}},
    ]
    models = [
        {"id": "odd", "prices": odd},
        {"id": "back", "prices": [dated("2026-02-01", 1), dated("2026-01-01", 2)]},
        {"id": "well", "prices": {"input_mtok": 1, "output_mtok": 2}},
    ]
    reading = read("genai-prices", [{"id": "acme", "models": models}])
    assert {o.model for o in reading.offers} == {"well"}
    assert [r.label.split()[0] for r in reading.refused] == ["odd", "back"]


def dated(day: str, price: int) -> dict[str, Any]:
    return {"constraint": {"start_date": day}, "prices": {"input_mtok": price}}


@pytest.mark.parametrize("source_id", COMMUNITY)
def test_a_large_catalogue_is_read_in_under_a_second(source_id: str) -> None:
    text = json.dumps(enlarged(newest_page(source_id), source_id))
    assert len(text) > 1_000_000
    source = sources()[source_id]
    page = Page(source.url, text, "application/json")
    started = time.process_time()
    reading = source.reader(page)
    assert time.process_time() - started < 1
    assert len(reading.offers) > 4000


def enlarged(page: Any, source_id: str) -> Any:
    """Many copies of a saved answer under other names, as one answer of a good megabyte."""
    times = 1 + 1_100_000 // len(json.dumps(page))
    if source_id == "llm-prices":
        rows = [row | {"id": f"{row['id']}~{n}"} for n in range(times) for row in page["prices"]]
        return page | {"prices": rows}
    if isinstance(page, list):
        return [row | {"id": f"{row['id']}~{n}"} for n in range(times) for row in page]
    return {f"{key}~{n}": row for n in range(times) for key, row in page.items()}


KEYS = st.sampled_from(
    """id models cost input output tiers tier size prices base start price when constraint start_date
    start_time end_time price_variants vendor name litellm_provider mode input_cost_per_token range
    tiered_pricing output_cost_per_token_above_128k_tokens service_tier input_mtok output_mtok experimental
    modes fast context_over_200k data providers""".split()  # noqa: SIM905
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | KEYS | st.text(max_size=5)
ANSWERS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=30,
)


@given(ANSWERS, st.sampled_from(COMMUNITY))
@settings(max_examples=400, deadline=None)
def test_any_json_is_read_or_refused(answer: Any, source_id: str) -> None:
    with suppress(ReadError):
        assert all(offer.price >= 0 for offer in read(source_id, answer).offers)
