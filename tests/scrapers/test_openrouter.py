"""OpenRouter's answer: exact prices, no price where none is stated, and fast."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest

from scrapers.catalog import sources
from scrapers.json_rows import PER_TOKEN, exactly, json_rows, rows_of
from scrapers.page import Page, ReadError, Reading

SOURCE = sources()["openrouter"]


def row(id: str = "acme/one", **pricing: Any) -> dict[str, Any]:
    return {"id": id, "pricing": {"prompt": "0.000001", "completion": "0.000002"} | pricing}


def read(*rows: dict[str, Any]) -> Reading:
    return SOURCE.reader(Page(SOURCE.url, json.dumps({"data": rows}), "application/json"))


def prices(*rows: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(o.model, o.meter): str(o.price) for o in read(*rows).offers}


@pytest.mark.parametrize(
    ("per_token", "per_million"),
    [
        ("0.0000025", "2.5"),
        ("0.00000001703012", "0.01703012"),
        ("1e-7", "0.1"),
        ("0.00001", "10"),
        ("0.000150", "150"),
        (0.0000025, "2.5"),
        (1, None),  # a million dollars per million tokens
        ("0.0000000000001", None),
    ],
)
def test_a_price_per_token_becomes_one_per_million_exactly(per_token: Any, per_million: str | None) -> None:
    assert prices(row(prompt=per_token)).get(("acme/one", "input_mtok")) == per_million


@pytest.mark.parametrize("noisy", ["0.0000000833333333333333", "0.00000008333333333333334"])
def test_the_noise_of_a_division_is_no_price_move(noisy: str) -> None:
    assert prices(row(input_cache_write=noisy))["acme/one", "cache_write_mtok"] == "0.083333"


@pytest.mark.parametrize("stated", ["-1", "-1.0", None, ""])
def test_a_price_that_varies_or_is_not_stated_is_none(stated: Any) -> None:
    reading = read(row(prompt=stated))
    assert [o.meter for o in reading.offers] == ["output_mtok"]
    assert not reading.refused


@pytest.mark.parametrize(
    "stated", ["1_000", "NaN", "inf", "1e400", "٣", "free", "$1", "1,5", " 1", True, [], {"a": 1}]
)
def test_what_is_no_plain_number_is_refused_and_the_rest_is_read(stated: Any) -> None:
    reading = read(row(prompt=stated))
    assert [(o.meter, o.price) for o in reading.offers] == [("output_mtok", Decimal(2))]
    assert len(reading.refused) == 1


def test_zero_is_free_only_where_the_id_says_so() -> None:
    nothing = {"prompt": "0", "completion": "0", "request": "0"}
    assert prices(row("acme/one:free", **nothing)) == {
        ("acme/one:free", "input_mtok"): "0",
        ("acme/one:free", "output_mtok"): "0",
    }
    reading = read(row("acme/stealth", **nothing))
    assert not reading.offers
    assert {r.reason for r in reading.refused} == {"zero, and nothing says that it is free"}


def test_an_alias_is_no_model() -> None:
    assert not read(row("~acme/latest")).offers
    assert not read(row() | {"alias_target": {"slug": "acme/two"}}).offers


def test_requests_and_searches_are_priced_by_the_thousand_and_images_not_at_all() -> None:
    found = prices(row(request="0.005", web_search="0.01", image="0.003613", image_output="0.00004"))
    assert found["acme/one", "requests_kcount"] == "5"
    assert found["acme/one", "web_searches_kcount"] == "10"
    assert not any("image" in meter for _, meter in found)


def test_a_model_listed_twice_is_one_and_with_two_prices_is_refused() -> None:
    assert len(read(row(), row()).offers) == 2
    reading = read(row(), row(prompt="0.000003"), row("acme/two"))
    assert [(o.model, o.meter) for o in reading.offers] == [
        ("acme/one", "output_mtok"),
        ("acme/two", "input_mtok"),
        ("acme/two", "output_mtok"),
    ]
    assert len(reading.refused) == 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "unexpected_page"),
        ("{}", "unexpected_page"),
        ('{"error": {"message": "rate limited"}}', "unexpected_page"),
        ('{"data": {"a": 1}}', "unexpected_page"),
        ('{"data": [{"id": "acme/one", "pri', "incomplete_page"),
        ("{nonsense}", "parse_error"),
        ('{"data": []}', "too_few"),
        ('{"data": [1, null, "x", {}]}', "too_few"),
        ("<!doctype html><title>Just a moment...</title><body><p>cf-chl</p>", "blocked"),
        ("Service Unavailable", "unexpected_page"),
    ],
)
def test_another_answer_is_an_error_and_no_empty_price_list(text: str, kind: str) -> None:
    with pytest.raises(ReadError) as refusal:
        SOURCE.read(Page(SOURCE.url, text, "application/json"))
    assert refusal.value.kind == kind


def test_rows_lie_in_the_answer_or_one_level_down_and_no_deeper() -> None:
    rows = [{"id": "a"}]
    assert (
        rows_of(rows, "data")
        == rows_of({"data": rows}, "data")
        == rows_of({"body": {"data": rows}}, "data")
        == rows
    )
    with pytest.raises(ReadError):
        rows_of({"a": {"b": {"data": rows}}}, "data")


def test_another_source_declares_its_own_rows_names_and_currency() -> None:
    reader = json_rows(
        rows="models", model="name", prices={"cost.in": ("input_mtok", PER_TOKEN)}, currency="EUR"
    )
    (offer,) = reader(
        Page("", '{"models": [{"name": "m", "cost": {"in": 0.000001}}]}', "application/json")
    ).offers
    assert (offer.model, offer.meter, offer.price, offer.currency) == ("m", "input_mtok", Decimal(1), "EUR")
    assert exactly(Decimal("0.5"), "input_mtok", PER_TOKEN, "KRW") == 500_000


def test_an_answer_of_a_megabyte_is_read_in_well_under_a_second() -> None:
    filling = {"description": "words " * 400}
    rows = [row(f"acme/{n}", input_cache_read="0.0000001", web_search="0.01") | filling for n in range(450)]
    text = json.dumps({"data": rows})
    assert len(text) > 1_100_000
    started = time.process_time()
    reading = SOURCE.read(Page(SOURCE.url, text, "application/json"))
    assert time.process_time() - started < 0.5
    assert len(reading.offers) == 4 * 450
