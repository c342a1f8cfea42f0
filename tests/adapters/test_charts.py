"""Charts as pictures: drawn where there is no network and no font."""

from __future__ import annotations

import struct
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from tracker.adapters import charts
from tracker.domain.chart import Curve, Range, range_chart, step_chart
from tracker.domain.chart_frame import Frame, Theme

CURVES = [
    Curve("lines", [(date(2024, 1, 1), 150.0)]),
    Curve("models", [(date(2024, 5, 1), 99.0)], dashed=True),
]


LATEST = date(2026, 11, 23)
FRAME = Frame("t", "s", "index")


@pytest.mark.parametrize("theme", Theme)
def test_a_picture_has_the_words_of_its_chart(theme: Theme) -> None:
    frame = Frame("Prix en € − 3:1", "list prices", "index", level=100, theme=theme)
    drawn = charts.svg(step_chart(CURVES, frame, until=LATEST))
    words = "\n".join(text for text in ElementTree.fromstring(drawn).itertext() if text.strip())
    for said in ("Prix en € − 3:1", "list prices", "lines: 150.0", "models: 99.0", "article, 29 Jan 2025"):
        assert said in words
    assert "://" not in drawn.replace("http://www.w3.org/", "")


def test_a_picture_is_as_wide_as_asked_and_twice_as_sharp() -> None:
    sizes = []
    for width in (340, 720):
        spec = step_chart(CURVES, Frame("t", "s", "index", width=width), until=LATEST)
        sizes.append(struct.unpack(">I", charts.png(spec)[16:20])[0])
    assert sizes == [2 * 340, 2 * 720]


def test_ranges_are_drawn_a_row_each() -> None:
    spec = range_chart(
        [Range("one (3)", 0.4, 1.0), Range("two (1)", 1.0, 1.0)], Frame("t", "s", "x", unit="×")
    )
    drawn = charts.svg(spec)
    assert "one (3)" in drawn and "two (1)" in drawn and "0.5×" in drawn


def test_no_chart_reads_an_address() -> None:
    spec = step_chart(CURVES, FRAME, until=LATEST)
    spec["layer"][-1]["data"] = {"url": "http://127.0.0.1:9/prices.json"}
    with pytest.raises(ValueError, match=r"not allowed|access"):
        charts.svg(spec)


def test_a_picture_that_cannot_be_drawn_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **given: Any) -> bytes:
        raise ValueError("no")

    monkeypatch.setattr("vl_convert.vegalite_to_png", fails)
    assert charts.picture({}, 1) is None


def test_a_picture_that_is_too_large_is_left_out() -> None:
    spec = step_chart(CURVES, FRAME, until=LATEST)
    assert charts.picture(spec, 200_000) == charts.png(spec)
    assert charts.picture(spec, 1000) is None
