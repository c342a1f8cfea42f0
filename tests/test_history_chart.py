"""A model's prices on a terminal: steps, gaps, marks."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.cli.history_chart import Line, chart, days, draw, lines

UNTIL = datetime(2026, 1, 1, tzinfo=UTC)


def on(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def drawn(*held: tuple[str, str | None, str], width: int = 80) -> list[str]:
    """The rows of the canvas of one line, drawn in the letter a."""
    line = Line("x", "USD", [(on(a), on(b) if b else None, Decimal(price)) for a, b, price in held])
    text = chart([line], until=UNTIL, width=width, coloured=False)
    rows = [row for row in text.splitlines() if row.rstrip().endswith("│")]
    assert all(len(row) <= width for row in text.splitlines())
    return [re.split("[│┤]", row, maxsplit=1)[1].removesuffix("│") for row in rows]


def columns(rows: list[str]) -> list[set[int]]:
    """In which rows each column has the line."""
    return [{y for y, row in enumerate(rows) if row[x : x + 1] == "a"} for x in range(len(rows[0]))]


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=5))
def test_a_line_is_flat_or_upright_and_never_slanted(prices: list[int]) -> None:
    months = [f"2025-{1 + 2 * n:02}-01" for n in range(len(prices) + 1)]
    held = [(a, b, str(p)) for a, b, p in zip(months, months[1:], prices, strict=False)]
    held[-1] = (held[-1][0], None, held[-1][2])
    upright = [rows for rows in columns(drawn(*held)) if len(rows) > 1]
    assert len(upright) <= len(prices) - 1


def test_what_is_not_known_is_not_drawn() -> None:
    gap = columns(drawn(("2025-01-01", "2025-04-01", "2"), ("2025-09-01", None, "2.5")))
    empty = [place for place, rows in enumerate(gap) if not rows]
    assert len(empty) > 20 and empty == list(range(empty[0], empty[-1] + 1))


def test_zero_has_its_place_on_a_linear_axis_and_none_on_a_logarithmic_one() -> None:
    assert any(columns(drawn(("2025-01-01", None, "0"))))
    far = drawn(
        ("2025-01-01", "2025-04-01", "1"), ("2025-04-01", "2025-08-01", "0"), ("2025-08-01", None, "40")
    )
    assert [bool(rows) for rows in columns(far)].count(False) > 15


def test_lines_are_told_apart_by_meter_terms_and_source_and_begin_with_the_most_steps() -> None:
    other = ROW | {"source": "b"}
    found = lines([ROW, other, other, ROW | {"terms": {"tier": "batch"}}])
    assert [(line.name, len(line.held)) for line in found] == [
        ("p/m input_mtok by b", 2),
        ("p/m input_mtok by a", 1),
        ("p/m input_mtok (batch) by a", 1),
    ]


ROW: dict[str, Any] = {"provider": "p", "model": "m", "meter": "input_mtok", "currency": "USD", "terms": {}}
ROW |= {"source": "a", "price": Decimal(1), "valid_from": on("2025-02-01"), "valid_to": None}


def test_only_what_can_be_compared_shares_an_axis(capsys: pytest.CaptureFixture[str]) -> None:
    other = {"price": Decimal(700), "source": "b"}
    draw(
        [
            ROW,
            ROW | {"meter": "output_mtok"},
            ROW | other | {"currency": "CNY"},
            ROW | other | {"meter": "seat_month"},
        ],
        until=UNTIL,
    )
    shown = capsys.readouterr().out
    assert "a p/m input_mtok by a" in shown and "b p/m output_mtok by a" in shown and "and 2 more in" in shown
    assert " by b" not in shown and "700" not in shown and " $1┤" in shown


@pytest.mark.parametrize(
    ("since", "until", "is_in_it"),
    [
        ("2024-06-01", "2026-01-01", True),
        ("2024-06-01", "2025-01-01", False),
        ("2025-02-01", "2025-02-10", True),
        ("2025-02-01", "2026-01-01", False),
    ],
)
def test_the_articles_day_is_told_where_it_is_drawn(
    since: str, until: str, is_in_it: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    draw([ROW | {"valid_from": on(since)}], until=on(until))
    chart, said, _ = capsys.readouterr().out.partition("┊  the article's day")
    assert bool(said) is ("┊" in chart) is is_in_it


def test_a_price_that_is_to_come_is_told_and_not_drawn() -> None:
    held = ("2025-01-01", "2026-06-01", "2")
    assert drawn(held, ("2026-06-01", None, "1")) == drawn(held)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 4000), st.integers(2, 12))
def test_days_are_marked_within_the_chart_and_not_too_many(since: date, length: int, most: int) -> None:
    until = date.fromordinal(since.toordinal() + length)
    marked = days(since, until, most)
    assert len(marked) <= most and marked == sorted(marked)
    assert all(since < day <= until and day.day == 1 for day in marked)
