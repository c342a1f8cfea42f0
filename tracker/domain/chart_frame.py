"""What stands around a chart: its words, colours and axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from textwrap import wrap
from typing import Any, Literal

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # the first is built into the renderer
PHONE = 480  # pixels; a narrower chart has its legend in one column
WIDE_RANGE = 3  # times the lowest value, from which on an axis is logarithmic


class Theme(StrEnum):
    """What a chart stands on."""

    light = "light"
    dark = "dark"


@dataclass(frozen=True, slots=True)
class Colours:
    """A theme's colours. Curves stay apart for those who see fewer colours, and in grey by their order."""

    paper: str
    ink: str
    soft: str
    grid: str
    curves: tuple[str, ...]


COLOURS = {
    Theme.light: Colours(
        "#ffffff", "#191d21", "#565e67", "#e4e7ea",
        ("#0f5c8c", "#c2410c", "#17834f", "#7b3fa0", "#946200", "#3f4a54"),
    ),
    Theme.dark: Colours(
        "#1a1e21", "#e7eaec", "#a3abb3", "#333a40",
        ("#84bfe8", "#f59e6b", "#74d3a0", "#cda2ee", "#e6bd66", "#c3cbd2"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a chart. `unit` follows each value; `level` is a line across; sizes in pixels."""

    title: str
    subtitle: str
    axis: str
    unit: str = ""
    level: float | None = None
    theme: Theme = Theme.light
    width: int | Literal["container"] = 720
    height: int = 380

    @property
    def is_narrow(self) -> bool:
        return isinstance(self.width, int) and self.width < PHONE


def value_axis(frame: Frame, values: Sequence[float]) -> Spec:
    """The scale and the axis of values: logarithmic, at 1, 2, 5 and their tenfolds, if they reach far."""
    known = [*values, *([frame.level] if frame.level else [])]
    label = "format(datum.value, ',.6~f')" + (f" + '{frame.unit}'" if frame.unit else "")
    axis: Spec = {"labelExpr": label, "title": frame.axis, "grid": True}
    if not known or min(known) <= 0 or max(known) / min(known) < WIDE_RANGE:
        return {"scale": {"zero": False, "nice": True}, "axis": axis | {"tickCount": 6}}
    far = "log" if frame.is_narrow else "logarithmic"
    low, high = min(known) / 1.08, max(known) * 1.12
    return {
        "scale": {"type": "log", "domain": [low, high], "nice": False},
        "axis": axis | {"values": ticks(low, high), "title": f"{frame.axis} ({far})"},
    }


def ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten between two values; more of them where fewer than four are."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        found = [round(f * 10.0**p, 9) for p in powers for f in factors if low <= f * 10.0**p <= high]
        if len(found) >= 4:
            break
    return found


def day_axis(since: date, until: date, frame: Frame) -> Spec:
    """The axis of days: years where there are many, else months."""
    months = (until - since) / timedelta(days=30.4)
    if months > 30:
        return {"format": "%Y", "tickCount": "year", "grid": False}
    step = 1 if months <= 6 else 3
    return {
        "format": "%b %Y",
        "tickCount": {"interval": "month", "step": step * (2 if frame.is_narrow else 1)},
        "grid": False,
    }


def _wrapped(words: str, frame: Frame, size: float) -> list[str]:
    """Words in as many lines as they need; a letter is about half as wide as it is high."""
    width = frame.width if isinstance(frame.width, int) else PHONE
    return wrap(words, max(20, int((width - 36) / (size * 0.5))))


def shown(value: float) -> str:
    """A value in as many digits as are worth reading: 440, 70.4, 9.16."""
    return f"{value:,.0f}" if value >= 200 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def whole(frame: Frame, layers: list[Spec]) -> Spec:
    """The chart of these layers."""
    colours = COLOURS[frame.theme]
    quiet = {"labelColor": colours.soft, "titleColor": colours.soft, "domainColor": colours.grid}
    return {
        "$schema": SCHEMA,
        "description": f"{frame.title}. {frame.subtitle}",
        "title": {
            "text": _wrapped(frame.title, frame, 17),
            "subtitle": _wrapped(frame.subtitle, frame, 12.5),
            "anchor": "start",
            "frame": "bounds",
        },
        "width": frame.width,
        "height": frame.height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": colours.paper,
        "padding": {"left": 16, "right": 20, "top": 14, "bottom": 12},
        "layer": layers,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "title": {
                "color": colours.ink, "fontSize": 17, "fontWeight": 600, "offset": 14,
                "subtitleColor": colours.soft, "subtitleFontSize": 12.5, "subtitlePadding": 5,
            },
            "axis": {
                **quiet, "gridColor": colours.grid, "tickColor": colours.grid, "labelFontSize": 12,
                "titleFontSize": 12, "titleFontWeight": "normal", "labelPadding": 6, "titlePadding": 10,
            },
            "axisY": {"domain": False, "ticks": False},
            "legend": {"labelColor": colours.ink, "labelFontSize": 12.5, "labelLimit": 320, "offset": 22},
        },
    }  # fmt: skip
