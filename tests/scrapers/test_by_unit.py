"""Prices per character and per image, and pages that are held to one currency."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scrapers.by_unit import by_unit
from scrapers.in_currency import in_currency
from scrapers.page import Offer, Page, ReadError, Reading, Refused

URL = "https://acme.example/pricing"

MEDIA = """# Pricing

## Speech

| API | Model | Price |
| --- | --- | --- |
| Speak | voice-2 | $60 / M characters |
| Speak | voice-1-hd / voice-1 | $100 / 1M characters |
| Speak | voice-0 | $1.5 per voice |

## Images

Prices per image.

| Model | Region | Price |
| --- | --- | --- |
| picture-1 | Global | $0.04 |
| picture-1 | Singapore | $0.05 |
| picture-2 | Global | Contact us |

## Chat

| Model | Input price | Output price |
| --- | --- | --- |
| chat-1 | $1 / M tokens | $2 / M tokens |
"""


def read(text: str, **how: str) -> list[Offer | Refused]:
    return list(by_unit(**how)(Page(URL, text, "text/markdown")))  # type: ignore[arg-type]


def test_a_price_per_character_or_image_is_of_the_meter_that_counts_them() -> None:
    offers = [found for found in read(MEDIA) if isinstance(found, Offer)]
    assert [(o.model, o.meter, o.price, o.terms.region) for o in offers] == [
        ("voice-2", "input_mchars", Decimal(60), ""),
        ("voice-1-hd", "input_mchars", Decimal(100), ""),
        ("voice-1", "input_mchars", Decimal(100), ""),
        ("picture-1", "output_images", Decimal("0.04"), ""),
        ("picture-1", "output_images", Decimal("0.05"), "Singapore"),
    ]


def test_tables_that_are_left_out_are_not_read() -> None:
    assert all("picture" not in str(found) for found in read(MEDIA, leave_out="images"))


def test_a_price_per_character_that_cannot_be_read_is_refused_with_its_row() -> None:
    odd = MEDIA.replace("$60 / M characters", "$60-80 / M characters")
    assert [found.label for found in read(odd) if isinstance(found, Refused)] == [
        "Speak | voice-2 | $60-80 / M characters"
    ]


def test_a_page_in_another_currency_is_another_page() -> None:
    def page_in(*currencies: str) -> Reading:
        offers = tuple(
            Offer("chat-1", "input_mtok", Decimal(1), c, label=f"chat-1 | {c}") for c in currencies
        )
        return in_currency("CNY", lambda page: Reading(offers))(Page(URL, ""))

    assert len(page_in("CNY").offers) == 1
    mixed = page_in("CNY", "USD")
    assert [o.currency for o in mixed.offers] == ["CNY"] and [r.label for r in mixed.refused] == [
        "chat-1 | USD"
    ]
    with pytest.raises(ReadError) as refusal:
        page_in("USD")
    assert refusal.value.kind == "unexpected_page"
