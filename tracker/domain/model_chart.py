"""What one model costs, line by line or host by host, in steps that say where each is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from tracker.domain.chart import ARTICLE, article_rule, legend_of
from tracker.domain.chart_frame import COLOURS, Frame, Spec, ticks, value_axis, whole
from tracker.domain.move_chart import iso, moments, with_headroom

ROOM = 1.3  # times, below and above the prices of a logarithmic axis
LEAST_TICKS = 3
LEAST = timedelta(days=30)  # what a chart reaches over
DASHES = ([1, 0], [6, 3], [2, 2])  # colours come again in the next dash


@dataclass(frozen=True, slots=True)
class Point:
    """A price from a moment on, None where none is known; who says so, and where that stands in the page."""

    at: datetime
    price: Decimal | None
    said: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the chart, under a name of its own."""

    name: str
    points: Sequence[Point]


def model_chart(lines: Iterable[Told], frame: Frame, *, until: datetime, log: bool = False) -> Spec:
    """Lines in steps up to a moment, a dot where each begins, the article's day marked.

    `log`: whatever they reach; zero has no place there.
    """
    drawn = [line for line in lines if line.points]
    values = [float(p.price) for line in drawn for p in line.points if p.price]
    since = min([p.at for line in drawn for p in line.points] + [until - LEAST])
    return whole(
        frame,
        [
            *article_rule(frame, ARTICLE, since.date(), until.date()),
            _lines(drawn, frame, since, until, _axis(frame, values, log), log=log),
        ],
    )


def _axis(frame: Frame, values: Sequence[float], log: bool) -> Spec:
    axis = value_axis(frame, values)
    if not values:
        return axis
    if not log:
        return with_headroom(axis, values)
    low, high = min(values) / ROOM, max(values) * ROOM
    kept = {k: v for k, v in axis["axis"].items() if k not in ("tickCount", "values")}
    marked = ticks(low, high)
    at = {"values": marked} if len(marked) >= LEAST_TICKS else {"tickCount": 6}
    title = f"{frame.axis} ({'log' if frame.is_narrow else 'logarithmic'})"
    return {
        "scale": {"type": "log", "domain": [low, high], "nice": False},
        "axis": kept | at | {"title": title},
    }


def _lines(
    lines: Sequence[Told], frame: Frame, since: datetime, until: datetime, y: Spec, *, log: bool
) -> Spec:
    names = [line.name for line in lines]
    colours = COLOURS[frame.theme].curves
    hues = {"domain": names, "range": [colours[i % len(colours)] for i in range(len(names))]}
    dashes = [DASHES[i // len(colours) % len(DASHES)] for i in range(len(names))]
    legend = legend_of(frame)
    return {
        "data": {"values": [row for line in lines for row in _rows(line, until, log)]},
        "encoding": {
            "x": moments(since, until, frame),
            "y": {"field": "value", "type": "quantitative", **y},
            "color": {"field": "name", "type": "nominal", "scale": hues, "legend": legend},
        },
        "layer": [
            {
                "mark": {
                    "type": "line", "interpolate": "step-after", "strokeWidth": 2, "strokeJoin": "round",
                },
                "encoding": {
                    "detail": {"field": "run", "type": "nominal"},
                    "strokeDash": {
                        "field": "name",
                        "type": "nominal",
                        "scale": {"domain": names, "range": dashes},
                        "legend": legend,
                    },
                },
            },
            {
                "transform": [{"filter": "isValid(datum.said)"}],
                "mark": {"type": "point", "filled": True, "opacity": 1, "size": 18},
                "encoding": {
                    "href": {"field": "href", "type": "nominal"},
                    "tooltip": [
                        {"field": "name", "type": "nominal", "title": " "},
                        {"field": "value", "type": "quantitative", "title": frame.axis, "format": ",.8~f"},
                        {"field": "at", "type": "temporal", "title": "from", "format": "%Y-%m-%d"},
                        {"field": "said", "type": "nominal", "title": "source"},
                    ],
                },
            },
        ],
    }  # fmt: skip


def _rows(line: Told, until: datetime, log: bool) -> Iterable[Spec]:
    """The points of a line; where no price is known it is broken, not joined."""
    run = 0
    for point, after in pairwise([*line.points, Point(until, None)]):
        if point.price is None or (log and not point.price):
            run += 1
            continue
        row = {"at": iso(point.at), "value": float(point.price), "name": line.name, "run": run}
        yield row | {"said": point.said, "href": point.href}
        if after.price is None:
            yield row | {"at": iso(after.at)}
