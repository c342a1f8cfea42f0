"""Charts as Vega-Lite: the same one is a picture in a message, a file, and the chart on a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from tracker.domain.chart_frame import COLOURS, Frame, Spec, day_axis, shown, value_axis, whole

ARTICLE = date(2025, 1, 29)
LATE = 0.6  # of a chart's days


@dataclass(frozen=True, slots=True)
class Curve:
    """A value from each day on, until the next; `dashed` where it is there to compare with."""

    name: str
    points: Sequence[tuple[date, float]]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """What lies between two values, and which of the two is meant."""

    name: str
    least: float
    middle: float


def step_chart(curves: Iterable[Curve], frame: Frame, *, until: date, marked: date | None = ARTICLE) -> Spec:
    """Curves in steps up to a day, with the article's day as a line. Logarithmic where they reach far."""
    drawn = [kept for curve in curves if (kept := _until(curve, until)).points]
    values = [value for curve in drawn for _, value in curve.points if value > 0]
    days = [day for curve in drawn for day, _ in curve.points]
    return whole(
        frame,
        [
            *_level(frame, "y"),
            *article_rule(frame, marked, min(days, default=until), until),
            _steps(drawn, frame, until, value_axis(frame, values), min(days, default=until)),
        ],
    )


def range_chart(ranges: Iterable[Range], frame: Frame) -> Spec:
    """One row a name: from the least to the middle, the middle as a dot."""
    rows = [{"name": r.name, "least": r.least, "middle": r.middle} for r in ranges]
    colours = COLOURS[frame.theme]
    axis = value_axis(frame, [v for r in rows for v in (r["least"], r["middle"]) if isinstance(v, float)])
    y = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelLimit": 165 if frame.is_narrow else 240},
    }
    value = {"type": "quantitative", **axis}
    spec = whole(
        frame,
        [
            *_level(frame, "x"),
            {
                "mark": {"type": "rule", "strokeWidth": 3, "color": colours.curves[0], "opacity": 0.45},
                "encoding": {"y": y, "x": {"field": "least", **value}, "x2": {"field": "middle"}},
            },
            {
                "mark": {
                    "type": "point",
                    "filled": True,
                    "size": 70,
                    "color": colours.curves[0],
                    "opacity": 1,
                },
                "encoding": {"y": y, "x": {"field": "middle", **value}},
            },
        ],
    )
    return spec | {"data": {"values": rows}, "height": {"step": 22}}


def _until(curve: Curve, day: date) -> Curve:
    return replace(curve, points=[point for point in curve.points if point[0] <= day])


# --- layers ---


def _steps(curves: Sequence[Curve], frame: Frame, until: date, axis: Spec, since: date) -> Spec:
    rows, names = [], []
    for curve in curves:
        name = f"{curve.name}: {shown(curve.points[-1][1])}{frame.unit}"
        names.append(name)
        points = [*curve.points, (until, curve.points[-1][1])]
        rows += [{"day": d.isoformat(), "value": v, "name": name} for d, v in points]
    colours = COLOURS[frame.theme].curves
    legend = legend_of(frame)
    scale = {"domain": names, "range": [colours[i % len(colours)] for i in range(len(names))]}
    dashes = {"domain": names, "range": [[5, 4] if curve.dashed else [1, 0] for curve in curves]}
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.2, "strokeJoin": "round"},
        "encoding": {
            "x": {
                "field": "day",
                "type": "temporal",
                "title": None,
                "scale": {"type": "utc", "domain": [since.isoformat(), until.isoformat()]},
                "axis": day_axis(since, until, frame),
            },
            "y": {"field": "value", "type": "quantitative", **axis},
            "color": {"field": "name", "type": "nominal", "scale": scale, "legend": legend},
            "strokeDash": {"field": "name", "type": "nominal", "scale": dashes, "legend": legend},
            "tooltip": [
                {"field": "name", "type": "nominal", "title": " "},
                {"field": "day", "type": "temporal", "title": "from", "format": "%Y-%m-%d"},
                {"field": "value", "type": "quantitative", "title": frame.axis, "format": ",.2~f"},
            ],
        },
    }


def legend_of(frame: Frame, columns: int = 3) -> Spec:
    """Which curve is which, above the chart: in one column where it is narrow."""
    return {
        "orient": "top",
        "direction": "vertical" if frame.is_narrow else "horizontal",
        "columns": 1 if frame.is_narrow else columns,
        "title": None,
        "symbolType": "stroke",
        "symbolSize": 260,
        "symbolStrokeWidth": 2.5,
    }


def article_rule(frame: Frame, day: date | None, since: date, until: date) -> list[Spec]:
    """The article's day as a line with its words, where it lies in the chart."""
    if day is None or not since <= day <= until:
        return []
    soft = COLOURS[frame.theme].soft
    x = {"field": "day", "type": "temporal", "scale": {"type": "utc"}}
    words = f"article, {day.day} {day:%b %Y}"
    is_late = (day - since) > (until - since) * LATE  # there is no room for its words to its right
    marked = {
        "data": {"values": [{"day": day.isoformat(), "words": words}]},
        "layer": [
            {"mark": {"type": "rule", "color": soft, "strokeDash": [2, 3]}, "encoding": {"x": x}},
            {
                "mark": {
                    "type": "text", "align": "right" if is_late else "left", "baseline": "bottom",
                    "dy": -4, "y": 0, "color": soft, "fontSize": 11.5,
                },
                "encoding": {"x": x, "text": {"field": "words", "type": "nominal"}},
            },
        ],
    }  # fmt: skip
    return [marked]


def _level(frame: Frame, channel: Literal["x", "y"]) -> list[Spec]:
    if frame.level is None:
        return []
    mark = {"type": "rule", "color": COLOURS[frame.theme].soft, "strokeWidth": 1, "opacity": 0.7}
    return [
        {
            "data": {"values": [{}]},
            "mark": mark,
            "encoding": {channel: {"datum": frame.level, "type": "quantitative"}},
        }
    ]
