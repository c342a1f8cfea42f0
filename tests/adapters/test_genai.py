"""The price history in the installed package genai-prices."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import version

from scrapers.catalogs.genai_prices import read
from scrapers.page import STANDARD, Page, Terms
from tracker.adapters import genai
from tracker.domain.model import Basis
from tracker.domain.spans import Span


@cache
def the_history() -> tuple[Span, ...]:
    return tuple(genai.history())


def of(provider: str, model: str, terms: Terms = STANDARD) -> list[Span]:
    """The input prices of a model."""
    found = [s for s in the_history() if (s.series.provider, s.series.model) == (provider, model)]
    return [s for s in found if (s.series.meter, s.series.terms) == ("input_mtok", terms)]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read_history(model: dict[str, object]) -> list[Span]:
    answer = json.dumps([{"id": "acme", "models": [{"id": "model-x", **model}]}])
    return genai.spans_of(read(Page("", answer, "application/json")), date(2026, 11, 10))


def test_a_dated_price_holds_from_its_day_until_the_next_one() -> None:
    spans = of("mistral", "mistral-large-4")
    assert [(s.price, s.valid_from, s.valid_to) for s in spans][1:] == [
        (Decimal("1.36"), day("2026-10-20"), day("2026-10-29")),
        (Decimal("0.7"), day("2026-10-29"), None),
    ]


def test_an_undated_price_is_not_said_to_have_held_before_it_is_known_to() -> None:
    undated = {"prices": {"input_mtok": 2, "output_mtok": 8}}
    dated = {"constraint": {"start_date": "2026-08-17"}, "prices": {"input_mtok": 1, "output_mtok": 9}}
    first = min(read_history({"prices": [undated, dated]}), key=lambda s: s.valid_from)
    assert first.valid_from == day("2026-08-16"), "it held the day before another one did"
    starts = {s.valid_from for s in read_history(undated)}
    assert starts == {day("2026-11-10")}, "the day on which the package was published"


def test_no_undated_price_is_evidence_of_the_day_of_the_article() -> None:
    assert min(s.valid_from for s in the_history()) > day("2025-01-29")


def test_a_price_that_goes_on_over_a_date_is_one_span() -> None:
    spans = of("anthropic", "claude-opus-4-6")
    assert [(s.price, s.valid_to) for s in spans] == [(Decimal(5), None)]


def test_a_band_that_a_later_list_leaves_out_has_ended() -> None:
    (span,) = of("anthropic", "claude-opus-4-6", terms=Terms(context=">200K"))
    assert (span.price, span.valid_to) == (Decimal(10), day("2026-03-13"))


def test_peak_prices_are_a_window_and_no_moves_of_the_list_price() -> None:
    listed = of("deepseek", "deepseek-v4-pro")
    assert [s.price for s in listed] == [Decimal("0.435"), Decimal("0.66")]
    peak = of("deepseek", "deepseek-v4-pro", terms=Terms(window="01:00-04:00Z,06:00-10:00Z"))
    assert [s.price for s in peak] == [Decimal("1.32")]


def test_a_series_has_one_price_at_any_time() -> None:
    last: dict[str, Span] = {}
    for span in the_history():
        before = last.get(span.series.key)
        assert before is None or (before.valid_to is not None and before.valid_to <= span.valid_from)
        assert span.valid_to is None or span.valid_to > span.valid_from
        last[span.series.key] = span


def test_its_providers_are_spelled_as_our_sources_spell_them() -> None:
    assert of("xai", "grok-4.20")
    assert not {"x-ai", "moonshotai"} & {s.series.provider for s in the_history()}


def test_all_of_it_is_a_catalogue_s_word() -> None:
    assert {(s.basis, s.source) for s in the_history()} == {(Basis.catalogue, "history-genai-prices")}


def test_the_day_of_the_installed_release_is_known() -> None:
    assert version("genai-prices") in genai.RELEASED, "add the day on which it was published"
