"""Charts: what is drawn, in which words, and on what scale."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tracker.domain.chart import ARTICLE, Curve, Range, range_chart, step_chart
from tracker.domain.chart_frame import COLOURS, SCHEMA, Colours, Frame, Theme, shown, ticks

UNTIL = date(2026, 11, 23)
FRAME = Frame("What it cost", "list prices", "index", level=100)
CURVE = Curve("lines", [(date(2024, 1, 1), 150.0), (date(2026, 1, 1), 70.0), (date(2027, 1, 1), 1.0)])


def steps(*curves: Curve, frame: Frame = FRAME, until: date = UNTIL) -> dict[str, Any]:
    return step_chart(curves or (CURVE,), frame, until=until)


def drawn(spec: dict[str, Any]) -> dict[str, Any]:
    """The layer with the curves."""
    found: dict[str, Any] = spec["layer"][-1]
    return found


def scale(spec: dict[str, Any]) -> str:
    return str(drawn(spec)["encoding"]["y"]["scale"].get("type", "linear"))


def test_a_curve_goes_on_to_the_last_day_and_no_further() -> None:
    rows = [(row["day"], row["value"]) for row in drawn(steps())["data"]["values"]]
    assert rows == [("2024-01-01", 150), ("2026-01-01", 70), ("2026-11-23", 70)]


def test_the_legend_says_where_each_curve_stands_now() -> None:
    assert {row["name"] for row in drawn(steps())["data"]["values"]} == {"lines: 70.0"}


@pytest.mark.parametrize(
    ("value", "words"), [(1234.5, "1,234"), (70.35, "70.3"), (9.162, "9.16"), (0.19, "0.19")]
)
def test_a_value_is_shown_in_as_many_digits_as_are_worth_reading(value: float, words: str) -> None:
    assert shown(value) == words


def test_the_articles_day_is_marked_with_its_words_where_it_lies_within() -> None:
    assert "article, 29 Jan 2025" in json.dumps(steps())
    later = Curve("new", [(date(2025, 2, 1), 100.0)])
    assert "article" not in json.dumps(steps(later))
    assert "article" not in json.dumps(steps(until=date(2024, 6, 1)))
    assert ARTICLE.isoformat() == "2025-01-29"


def test_values_that_reach_far_have_a_logarithmic_axis_that_says_so() -> None:
    far = steps(Curve("a", [(date(2024, 1, 1), 400.0), (date(2025, 1, 1), 70.0)]))
    assert scale(far) == "log"
    assert drawn(far)["encoding"]["y"]["axis"]["title"] == "index (logarithmic)"
    near = steps(Curve("a", [(date(2024, 1, 1), 120.0), (date(2025, 1, 1), 70.0)]))
    assert scale(near) == "linear"
    assert drawn(near)["encoding"]["y"]["axis"]["title"] == "index"


def test_an_axis_has_round_numbers_and_enough_of_them() -> None:
    assert ticks(0.9, 190) == [1, 2, 5, 10, 20, 50, 100]
    assert ticks(65, 480) == [70, 100, 150, 200, 300]


def test_a_wide_legend_is_a_row_and_on_a_phone_a_column() -> None:
    for width, direction in ((720, "horizontal"), (340, "vertical")):
        frame = Frame("t", "s", "index", width=width)
        assert drawn(steps(frame=frame))["encoding"]["color"]["legend"]["direction"] == direction


def _all(colours: Colours) -> tuple[str, ...]:
    return *colours.curves, colours.paper, colours.ink, colours.soft, colours.grid


def test_long_words_are_broken_on_a_phone() -> None:
    frame = Frame(
        "What hosts ask", "from the cheapest host to the median, over the maker's price", "x", width=340
    )
    title = steps(frame=frame)["title"]
    assert [len(title["text"]), len(title["subtitle"])] == [1, 2]
    assert " ".join(title["subtitle"]) == frame.subtitle


def test_the_articles_words_stay_within_the_chart() -> None:
    for first, side in ((date(2024, 1, 1), "left"), (date(2019, 1, 1), "right")):
        spec = steps(Curve("a", [(first, 100.0)]), until=date(2026, 1, 1))
        assert [layer["layer"][1]["mark"]["align"] for layer in spec["layer"] if "layer" in layer] == [side]


def test_a_theme_changes_the_colours_and_nothing_else() -> None:
    light, dark = (json.dumps(steps(frame=Frame("t", "s", "index", theme=theme))) for theme in Theme)
    assert light != dark
    here, there = (_all(COLOURS[theme]) for theme in Theme)
    for of_light, of_dark in zip(here, there, strict=True):
        light, dark = light.replace(of_light, "·"), dark.replace(of_dark, "·")
    assert light == dark


@pytest.mark.parametrize("theme", Theme)
def test_words_and_curves_stand_out_from_what_they_stand_on(theme: Theme) -> None:
    colours = COLOURS[theme]
    for colour, least in ((colours.ink, 7), (colours.soft, 4.5), *((c, 3) for c in colours.curves)):
        assert contrast(colour, colours.paper) >= least, colour


def contrast(one: str, other: str) -> float:
    """As the Web Content Accessibility Guidelines count it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    "spec", [steps(), range_chart([Range("a", 0.5, 1.0)], FRAME)], ids=["steps", "ranges"]
)
def test_a_chart_holds_its_data_loads_nothing_and_is_described_in_words(spec: dict[str, Any]) -> None:
    assert json.dumps(spec).replace(SCHEMA, "").count("://") == 0
    assert '"url"' not in json.dumps(spec)
    assert spec["description"] == "What it cost. list prices"


def test_ranges_keep_their_order() -> None:
    spec = range_chart([Range("b", 0.5, 1.0), Range("a", 0.1, 0.2)], FRAME)
    assert [row["name"] for row in spec["data"]["values"]] == ["b", "a"]
    assert spec["layer"][-1]["encoding"]["y"]["sort"] is None
