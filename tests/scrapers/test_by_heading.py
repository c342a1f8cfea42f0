"""Columns that only their source can tell: each with its meter, its terms and its unit."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from scrapers.by_heading import by_heading
from scrapers.page import Offer, Page, Refused, Terms

COLUMNS: Mapping[str, str | tuple[str, Terms]] = {
    r"searches.*": "web_searches_kcount",
    r"audio \(per min\)": "input_audio_minutes",
    r"deep": ("requests_kcount", Terms(context="deep")),
}
HEAD = (
    "All requests are priced per 1k requests.\n\n| Model | Searches ($/1K) | Video | Audio (per min) | Deep |"
)
ROWS = "|---|---|---|---|---|\n| a-1 | $5 | $0.3 | $0.02 | $25 |\n| b | - | - | free | - |"


def read(text: str) -> list[tuple[str, str, str, str, str]]:
    found = list(by_heading(COLUMNS)(Page("https://acme.example/pricing.md", text, "text/markdown")))
    offers = [f for f in found if isinstance(f, Offer)]
    return [(o.model, o.meter, str(o.price), o.currency, o.terms.context) for o in offers]


def test_a_column_is_read_as_its_source_says() -> None:
    assert read(f"{HEAD}\n{ROWS}\n") == [
        ("a-1", "web_searches_kcount", "5", "USD", ""),
        ("a-1", "input_audio_minutes", "0.02", "USD", ""),
        ("a-1", "requests_kcount", "25", "USD", "deep"),
    ]


@pytest.mark.parametrize("lost", ["| Searches ($/1K) ", "| Video ", "| Audio (per min) "])
def test_where_a_heading_is_gone_the_others_are_not_believed(lost: str) -> None:
    assert read(f"{HEAD.replace(lost, '')} |\n{ROWS}\n") == []


def test_a_price_without_its_unit_is_refused() -> None:
    text = f"{HEAD.replace('per 1k requests', 'by the request')}\n{ROWS}\n"
    assert ("a-1", "requests_kcount") not in {line[:2] for line in read(text)}
    page = Page("https://acme.example/pricing.md", text, "text/markdown")
    refused = [f for f in by_heading(COLUMNS)(page) if isinstance(f, Refused)]
    assert "a-1 | Deep | $25" in [r.label for r in refused]


def test_the_names_may_stand_under_another_heading() -> None:
    page = Page(
        "https://acme.example/p.md", "| API | Searches ($/1K) |\n|---|---|\n| Web | $5 |\n", "text/markdown"
    )
    assert list(by_heading(COLUMNS)(page)) == []
    (offer,) = by_heading(COLUMNS, name="api|model")(page)
    assert isinstance(offer, Offer) and (offer.model, str(offer.price)) == ("Web", "5")
