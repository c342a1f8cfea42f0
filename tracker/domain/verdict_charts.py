"""A verdict drawn: its evidence by day, how likely it was anyway, and how it was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.base_rate import base_rate
from tracker.domain.chart import article_rule
from tracker.domain.chart_frame import COLOURS, Frame, Spec, day_axis, whole
from tracker.domain.move_chart import iso, moments

DOWN, UP = "down: for it", "up: against it"
STEPS = 40  # points of the curve
BAND = 34  # pixels of a row
LEGIBLE = 0.12  # of the time that is drawn: a shorter band has no room for its word


@dataclass(frozen=True, slots=True)
class Found:
    """An announcement on a day, and where it stands in the page."""

    day: date
    words: str
    href: str
    is_rise: bool = False


@dataclass(frozen=True, slots=True)
class Stood:
    """A horizon's state from one moment until another."""

    horizon: str
    state: str
    since: datetime
    until: datetime
    why: str


def evidence_chart(
    found: Iterable[Found],
    frame: Frame,
    *,
    since: date,
    until: date,
    ends: Mapping[str, str],
    unseen: Iterable[Sequence[str]] = (),
) -> Spec:
    """Cuts below and rises above by their days, with the article, the horizons' ends and unseen days."""
    colours = COLOURS[frame.theme]
    x = {
        "field": "day",
        "type": "temporal",
        "title": None,
        "scale": {"type": "utc", "domain": [since.isoformat(), until.isoformat()]},
        "axis": day_axis(since, until, frame),
    }
    plain = {"field": "day", "type": "temporal", "scale": {"type": "utc"}}
    rows = [
        {"day": f.day.isoformat(), "side": UP if f.is_rise else DOWN, "words": f.words, "href": f.href}
        for f in found
    ]
    y = {
        "field": "side",
        "type": "nominal",
        "title": None,
        "scale": {"domain": [UP, DOWN]},
        "axis": {"labelLimit": 120},
    }
    looks = {
        "color": {"domain": [UP, DOWN], "range": [colours.curves[1], colours.curves[2]]},
        "shape": {"domain": [UP, DOWN], "range": ["triangle-up", "triangle-down"]},
    }
    shown = {c: {"field": "side", "type": "nominal", "scale": s, "legend": None} for c, s in looks.items()}
    gaps = [{"day": a, "end": b} for a, b in unseen]
    layers: list[Spec] = [
        {
            "data": {"values": gaps},
            "mark": {"type": "rect", "color": colours.soft, "opacity": 0.22},
            "encoding": {"x": plain, "x2": {"field": "end"}},
        },
        *article_rule(frame, since, since, until),
        *_ends(frame, {name: end for name, end in ends.items() if end <= until.isoformat()}, plain),
        {
            "data": {"values": rows},
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 0.9},
            "encoding": {
                "x": x,
                "y": y,
                **shown,
                "href": {"field": "href", "type": "nominal"},
                "tooltip": [
                    {"field": "day", "type": "temporal", "title": "on", "format": "%Y-%m-%d"},
                    {"field": "words", "type": "nominal", "title": " "},
                ],
            },
        },
    ]
    return whole(frame, layers)


def _ends(frame: Frame, ends: Mapping[str, str], x: Spec) -> list[Spec]:
    soft = COLOURS[frame.theme].soft
    rows = [{"day": end, "words": f"end of {name}"} for name, end in ends.items()]
    text = {
        "type": "text",
        "align": "left",
        "baseline": "top",
        "dx": 4,
        "y": 2,
        "color": soft,
        "fontSize": 11,
    }
    return [
        {
            "data": {"values": rows},
            "layer": [
                {"mark": {"type": "rule", "color": soft, "opacity": 0.6}, "encoding": {"x": x}},
                {"mark": text, "encoding": {"x": x, "text": {"field": "words", "type": "nominal"}}},
            ],
        }
    ]


def rate_chart(n: int, window: int, frame: Frame, *, horizons: Mapping[str, int], first: int | None) -> Spec:
    """The chance of at least one announcement by each day after, if all went on as in the window before.

    `first`: how many days after the article the first one came.
    """
    colours = COLOURS[frame.theme]
    last = max([*horizons.values(), *([first] if first else []), 30])
    rates = [base_rate(n, window, round(last * i / STEPS)) for i in range(STEPS + 1)]
    rows = [{"days": r.horizon, "p": r.chance, "lo": r.low, "hi": r.high} for r in rates]
    x = {
        "field": "days",
        "type": "quantitative",
        "title": "days after the article",
        "scale": {"domain": [0, last], "nice": False},
        "axis": {"grid": False, "tickCount": 6},
    }
    y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": ".0%", "tickCount": 5}}
    marks = [{"days": days, "words": name} for name, days in horizons.items()]
    if first:
        marks.append({"days": first, "words": "the first came"})
    tips = [
        {"field": "days", "type": "quantitative", "title": "within days"},
        {"field": "p", "type": "quantitative", "title": "chance", "format": ".0%"},
        {"field": "lo", "type": "quantitative", "title": "from", "format": ".0%"},
        {"field": "hi", "type": "quantitative", "title": "to", "format": ".0%"},
    ]
    curve = colours.curves[0]
    text = {"type": "text", "align": "left", "baseline": "bottom", "dy": -4, "y": 0, "fontSize": 11}
    return whole(
        frame,
        [
            {
                "data": {"values": rows},
                "mark": {"type": "area", "color": curve, "opacity": 0.18},
                "encoding": {
                    "x": x,
                    "y": {"field": "lo", **y, "title": frame.axis},
                    "y2": {"field": "hi"},
                },
            },
            {
                "data": {"values": rows},
                "mark": {"type": "line", "color": curve, "strokeWidth": 2.2},
                "encoding": {"x": x, "y": {"field": "p", **y, "title": frame.axis}, "tooltip": tips},
            },
            {
                "data": {"values": marks},
                "layer": [
                    {"mark": {"type": "rule", "color": colours.soft, "strokeDash": [2, 3]},
                     "encoding": {"x": x}},
                    {"mark": text | {"color": colours.soft, "angle": 0},
                     "encoding": {"x": x, "text": {"field": "words", "type": "nominal"}}},
                ],
            },
        ],
    )  # fmt: skip


def timeline_chart(stood: Sequence[Stood], frame: Frame) -> Spec:
    """A band a horizon: its state from each record until the next."""
    colours = COLOURS[frame.theme]
    begin, end = min(s.since for s in stood), max(s.until for s in stood)
    x = moments(begin, end, frame) | {"field": "since", "scale": {"type": "utc", "nice": False}}
    rows = [
        {
            "horizon": s.horizon,
            "state": s.state.replace("_", " "),
            "since": iso(s.since),
            "until": iso(s.until),
            "why": s.why,
            "words": s.state.replace("_", " ") if s.until - s.since > (end - begin) * LEGIBLE else "",
        }
        for s in stood
    ]
    states = list(dict.fromkeys(str(row["state"]) for row in rows))
    hues = {"domain": states, "range": [colours.curves[_hue(state)] for state in states]}
    y = {"field": "horizon", "type": "nominal", "title": None, "sort": None}
    text = {"type": "text", "align": "left", "dx": 6, "fontWeight": 600, "color": colours.paper}
    return whole(
        frame,
        [
            {
                "mark": {"type": "bar", "height": BAND - 10},
                "encoding": {
                    "x": x,
                    "x2": {"field": "until"},
                    "y": y,
                    "color": {"field": "state", "type": "nominal", "scale": hues, "legend": None},
                    "tooltip": [
                        {"field": "state", "type": "nominal"},
                        {"field": "since", "type": "temporal", "format": "%Y-%m-%d %H:%M"},
                        {"field": "why", "type": "nominal", "title": "because"},
                    ],
                },
            },
            {"mark": text, "encoding": {"x": x, "y": y, "text": {"field": "words", "type": "nominal"}}},
        ],
    ) | {"data": {"values": rows}, "height": BAND * len({s.horizon for s in stood})}


def _hue(state: str) -> int:
    """A curve's colour: green for what held, ochre for some, red for what did not, grey for not known."""
    known = {"confirmed": 2, "met": 2, "partly": 4, "refuted": 1, "not met": 1}
    return known.get(state, 5)
