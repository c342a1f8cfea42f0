"""The chart of a move: which lines, in which steps, marked where."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.page import STANDARD, Terms
from tests.domain.made import at, line
from tracker.adapters import charts
from tracker.domain.chart_frame import SCHEMA, Theme
from tracker.domain.model import Basis, Move, Status
from tracker.domain.move_chart import WIDTHS, move_chart
from tracker.domain.move_lines import MOST_LINES, MOST_STEPS, lines_of
from tracker.domain.spans import Span

NOW = at("2026-11-25")
DAY = "2025-06-10"


def span(
    meter: str, price: str, since: str, until: str = "", terms: Terms = STANDARD, basis: str = "observed"
) -> Span:
    series = line("openai/o3", meter, terms)
    return Span(series, Decimal(price), at(since), at(until) if until else None, basis=Basis(basis))


def move(meter: str, before: str, after: str, day: str = DAY, terms: Terms = STANDARD) -> Move:
    return Move(
        line("openai/o3", meter, terms),
        Decimal(before),
        Decimal(after),
        at(day),
        at(day),
        status=Status.confirmed,
        event="list_cut",
        model="o3",
    )


MOVES = [move("input", "10", "2"), move("output", "40", "8")]
SPANS = [
    span("input", "10", "2025-04-16", DAY),
    span("input", "2", DAY),
    span("output", "40", "2025-04-16", DAY),
    span("output", "8", DAY),
    span("cache_read", "0.5", "2025-04-16"),
    span("input", "1", "2025-04-16", terms=Terms(tier="batch")),
]


def chart(moves: list[Move] = MOVES, spans: list[Span] = SPANS, **given: Any) -> dict[str, Any]:
    return move_chart(moves, spans, until=NOW, **given)


def drawn(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the lines."""
    rows: list[dict[str, Any]] = next(
        layer["data"]["values"]
        for layer in spec["layer"]
        if isinstance(layer.get("mark"), dict) and layer["mark"]["type"] == "line"
    )
    return rows


def test_a_chart_has_the_moved_lines_and_the_models_standard_ones_and_says_what_moved() -> None:
    spec = chart()
    assert list(dict.fromkeys(row["name"] for row in drawn(spec))) == [
        "input: $2",
        "output: $8",
        "cached input: $0.50",
    ]
    assert spec["title"]["text"] == ["OpenAI o3"]
    assert " ".join(spec["title"]["subtitle"]) == (
        "10 Jun 2025: input $10 → $2, output $40 → $8 per 1M tokens (−80 %)"
    )
    said = json.dumps(spec, ensure_ascii=False)
    assert '"$10 → $2"' in said and '"$40 → $8"' in said and '"10 Jun 2025"' in said


def test_a_line_steps_on_the_day_of_the_move_and_goes_on_until_now() -> None:
    assert [(r["at"][:10], r["value"]) for r in drawn(chart()) if r["name"] == "input: $2"] == [
        ("2025-04-16", 10),
        (DAY, 2),
        ("2026-11-25", 2),
    ]


def test_what_moved_is_always_in_the_chart_whatever_its_terms() -> None:
    many = [span(meter, "1", "2025-04-16") for meter in ("input", "output", "cache_read", "cache_write")]
    batch = Terms(tier="batch")
    spec = chart([move("output", "4", "2", terms=batch)], [*many, span("input_audio", "3", "2025-04-16")])
    names = list(dict.fromkeys(row["name"] for row in drawn(spec)))
    assert len(names) == MOST_LINES and "output, batch: $2" in names


def test_of_several_sources_the_best_basis_is_drawn() -> None:
    catalogue = [span("input", "9", "2025-04-16", basis="catalogue")]
    (found, *_) = lines_of(MOVES, [*SPANS, *catalogue], NOW)
    assert [step.price for step in found.steps] == [10, 2]


def test_where_no_price_is_known_the_line_is_broken() -> None:
    spans = [span("input", "10", "2025-04-16", "2025-05-01"), *SPANS[1:]]
    assert [(r["at"][:10], r["run"]) for r in drawn(chart(MOVES, spans)) if r["name"] == "input: $2"] == [
        ("2025-04-16", 0),
        ("2025-05-01", 0),
        (DAY, 1),
        ("2026-11-25", 1),
    ]


def test_the_price_before_is_drawn_where_the_record_begins_with_the_move() -> None:
    rows = [r for r in drawn(chart(MOVES[:1], [SPANS[1]])) if r["name"] == "input: $2"]
    assert [row["value"] for row in rows] == [10, 2, 2] and rows[0]["at"] < rows[1]["at"][:10]


def test_a_move_of_just_now_can_be_seen() -> None:
    now = datetime(2026, 11, 25, 14, 2, tzinfo=UTC)
    seen = Move(line("openai/o3"), Decimal(10), Decimal(2), now, now, event="list_cut", model="o3")
    spans = [Span(line("openai/o3"), Decimal(10), now - timedelta(hours=3), now)]
    spec = move_chart([seen], [*spans, Span(line("openai/o3"), Decimal(2), now)], until=now)
    rows = drawn(spec)
    assert [row["value"] for row in rows] == [10, 2, 2]
    assert rows[-1]["at"] > rows[-2]["at"]
    assert '"25 Nov 14:02 UTC"' in json.dumps(spec)


def test_a_price_that_moved_and_went_back_within_a_day_is_a_step_of_its_own() -> None:
    noon, night = (datetime(2025, 6, 10, hour, tzinfo=UTC) for hour in (12, 20))
    series = line("openai/o3")
    spans = [
        Span(series, Decimal(10), at("2025-04-16"), noon),
        Span(series, Decimal(2), noon, night),
        Span(series, Decimal(10), night),
    ]
    assert [row["value"] for row in drawn(chart(MOVES[:1], spans))] == [10, 2, 10, 10]


def test_the_articles_day_is_marked_where_it_lies_within() -> None:
    assert "article" not in json.dumps(chart())
    earlier = [replace_since(s) for s in SPANS]
    assert "article, 29 Jan 2025" in json.dumps(chart(MOVES, earlier))


def replace_since(one: Span) -> Span:
    return Span(one.series, one.price, min(one.valid_from, at("2025-01-01")), one.valid_to)


def test_a_move_that_is_not_confirmed_says_so() -> None:
    held = Move(line("openai/o3"), Decimal(10), Decimal(2), at(DAY), at(DAY), status=Status.held)
    assert "10 Jun 2025 (held): input $10" in " ".join(chart([held], SPANS[:1])["title"]["subtitle"])


def test_a_line_that_flapped_for_years_is_drawn_by_its_last_steps() -> None:
    hours = [at("2025-01-01") + timedelta(hours=n) for n in range(3000)]
    spans = [
        Span(line("openai/o3"), Decimal(1 + n % 2), since, since + timedelta(hours=1))
        for n, since in enumerate(hours)
    ]
    (found,) = lines_of(MOVES[:1], spans, NOW)
    assert len(found.steps) <= MOST_STEPS + 1


HOSTILE = st.text(min_size=1, max_size=60) | st.sampled_from(
    ["' + alert(1) + '", "datum.value", '"]},"url":"http://evil.example"', "${7*7}", "<script>"]
)


@given(model=HOSTILE, terms=HOSTILE, currency=HOSTILE)
def test_names_are_only_ever_data(model: str, terms: str, currency: str) -> None:
    """No word of a page stands in an expression, and the chart is the same one but for its words."""

    def shape(name: str, where: str, money: str) -> Any:
        series = line(f"acme/{name}", terms=Terms(region=where), currency=money)
        one = Move(series, Decimal(2), Decimal(1), at(DAY), at(DAY), model=name)
        return skeleton(move_chart([one], [Span(series, Decimal(2), at("2025-01-01"), at(DAY))], until=NOW))

    plain, odd = shape("a", "eu", "USD"), shape(model, terms, currency)
    assert odd == plain


def skeleton(value: Any, key: str = "") -> Any:
    """A spec without what it prints: rows, titles, and the names that colours belong to."""
    if key in ("values", "title", "description", "domain", "range"):
        return key
    if isinstance(value, dict):
        return {k: skeleton(v, k) for k, v in value.items()}
    return [skeleton(v) for v in value] if isinstance(value, list) else value


def test_a_chart_holds_its_data_and_loads_nothing() -> None:
    said = json.dumps(chart())
    assert said.replace(SCHEMA, "").count("://") == 0 and '"url"' not in said


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_a_picture_of_a_mails_size(theme: Theme, width: int) -> None:
    assert 5_000 < len(charts.png(chart(theme=theme, width=width))) < 100_000


def test_a_price_that_is_still_to_come_and_will_end_is_no_line() -> None:
    """Of announced promotions, say, and where a clock went back."""
    spec = chart([MOVES[0]], [span("input", "1", "2026-12-01", "2026-12-31")])
    assert {row["value"] for row in drawn(spec)} == {10.0, 2.0}
