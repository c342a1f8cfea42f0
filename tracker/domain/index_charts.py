"""Indexes, premiums and what hosts ask, as charts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from tracker.domain.chart import Curve, Range, range_chart, step_chart
from tracker.domain.chart_frame import Frame, Spec, Theme
from tracker.domain.hosted import Hosted
from tracker.domain.index import ALL, HUNDRED, JEVONS, Indexed, Ratio
from tracker.domain.list_prices import Variant

Width = int | Literal["container"]
_BLEND = "3 parts of input, 1 of output"


def index_chart(
    series: Iterable[Indexed],
    *,
    base: date,
    until: date,
    provider: str = ALL,
    theme: Theme = Theme.light,
    width: Width = 720,
) -> Spec:
    """The indexes of one provider, or of all makers: product lines, cleaned, and naive to compare with."""
    own = sorted((s for s in series if s.provider == provider), key=_place)
    curves = [Curve(_name(s), [(p.day, p.value) for p in s.points], s.variant is Variant.naive) for s in own]
    whose = "" if provider == ALL else f", {provider}"
    frame = Frame(
        f"What LLM tokens cost{whose}",
        f"list prices, {base.day} {base:%b %Y} = 100; {_BLEND}",
        "index",
        level=HUNDRED,
        theme=theme,
        width=width,
    )
    return step_chart(curves, frame, until=until)


def _place(series: Indexed) -> tuple[bool, bool]:
    return series.index == JEVONS, series.variant is Variant.naive


def _name(series: Indexed) -> str:
    return f"Same models, {series.variant.value}" if series.index == JEVONS else "Product lines"


def premium_chart(
    ratios: Sequence[Ratio], *, until: date, theme: Theme = Theme.light, width: Width = 720
) -> Spec:
    """How many times the open leader's price each line's is. All ratios are over the same line."""
    curves: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for ratio in ratios:
        curves[ratio.line].append((ratio.day, ratio.ratio))
    frame = Frame(
        "The frontier over the open leader",
        f"list price over that of the {ratios[0].over if ratios else 'leader'}; {_BLEND}",
        "times its price",
        unit="×",
        level=1,
        theme=theme,
        width=width,
    )
    return step_chart([Curve(name, points) for name, points in curves.items()], frame, until=until)


def hosted_chart(
    rows: Iterable[Hosted], *, until: date, theme: Theme = Theme.light, width: Width = 720
) -> Spec:
    """What hosts ask for each of the weights on a day, from the cheapest to the median."""
    frame = Frame(
        "What hosts ask for open weights",
        f"cheapest to median (dot) over the maker's list price, {until.isoformat()}; hosts in brackets",
        "times the maker's price",
        unit="×",
        level=1,
        theme=theme,
        width=width,
    )
    now = sorted(standing(rows, until), key=lambda h: (h.median or 0, h.weights))
    return range_chart(
        [Range(f"{h.weights} ({len(h.hosts)})", h.least or 0, h.median or 0) for h in now], frame
    )


def standing(rows: Iterable[Hosted], day: date) -> list[Hosted]:
    """What is compared on a day: the last of each of the weights, where any host lists them."""
    last: dict[tuple[str, str], Hosted] = {}
    for row in sorted(rows, key=lambda h: h.day):
        if row.day <= day:
            last[row.model, row.weights] = row
    return [row for row in last.values() if row.hosts]
