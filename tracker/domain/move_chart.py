"""The prices of a model in steps over what is recorded of it, with a move marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from scrapers.meters import METERS
from scrapers.page import Terms
from tracker.domain import wording
from tracker.domain.chart import ARTICLE, LATE, article_rule, legend_of
from tracker.domain.chart_frame import COLOURS, Frame, Spec, Theme, day_axis, value_axis, whole
from tracker.domain.days import start_of
from tracker.domain.model import Move, Series, Status
from tracker.domain.spans import Span, price_at
from tracker.domain.witnesses import fold

MOST_LINES = 5
MOST_STEPS = 300  # of a line: the last ones
MOST_LABELS = 3  # moved lines whose prices stand beside the mark
APART = 1.25  # times: prices nearer than this have one label
ROOM = 0.07  # of a chart's time, after a move: a price of just now has to be seen
NEAR = 0.4  # of a chart's time: words at two lines that are so near stand one above the other
LEAST_TIME = timedelta(hours=12)
LONGEST_TITLE, LONGEST_WORDS = 90, 240
WIDTHS = (390, 720)  # pixels: a phone's, and a page's

_ORDER = {meter: place for place, meter in enumerate(METERS)}


@dataclass(frozen=True, slots=True)
class Step:
    """A price from a moment on; None: from here on none is known."""

    at: datetime
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a price list: what every source says of it, the best basis first."""

    series: Series
    steps: tuple[Step, ...]

    @property
    def last(self) -> Decimal | None:
        return next((s.price for s in reversed(self.steps) if s.price is not None), None)


def move_chart(
    moves: Sequence[Move],
    spans: Iterable[Span],
    *,
    until: datetime,
    theme: Theme = Theme.light,
    width: int | Literal["container"] = WIDTHS[1],
) -> Spec:
    """The chart of moves of one model, seen as one; `spans` are what is recorded of that model by `until`."""
    lines = lines_of(moves, spans, until)
    first = moves[0]
    frame = Frame(
        title=wording.harmless(wording.model_name(first), LONGEST_TITLE),
        subtitle=_subtitle(moves),
        axis=_axis(first.series),
        theme=theme,
        width=width,
        height=300 if isinstance(width, int) and width < WIDTHS[1] else 360,
    )
    since, end = _time(lines, moves, until)
    values = [float(s.price) for line in lines for s in line.steps if s.price is not None]
    values += [float(price) for m in moves for price in (m.before, m.after)]
    y = value_axis(frame, values)
    article = article_rule(frame, ARTICLE, since.date(), end.date())
    raised = bool(article) and abs(first.at - start_of(ARTICLE)) < (end - since) * NEAR
    return whole(
        frame,
        [
            *article,
            _drawn(lines, frame, since, end, y, low=raised),
            *_mark(moves, frame, since, end, y, raised=raised),
        ],
    )


def lines_of(moves: Sequence[Move], spans: Iterable[Span], until: datetime) -> list[Line]:
    """The moved lines, and the model's standard ones of the same unit and currency beside them."""
    moved = {_line(m.series): m.series for m in moves}
    by_line: dict[object, list[Span]] = {}
    for span in spans:
        by_line.setdefault(_line(span.series), []).append(span)
    unit, currency = wording.unit_words(moves[0].series.meter), moves[0].series.currency
    beside = {
        key: own[0].series
        for key, own in by_line.items()
        if key not in moved
        and own[0].series.currency == currency
        and wording.unit_words(own[0].series.meter) == unit
        and _is_standard(own[0].series.terms)
    }
    kept = [*sorted(moved.items(), key=_place), *sorted(beside.items(), key=_place)][:MOST_LINES]
    found = [Line(series, _steps(by_line.get(key, []), until)) for key, series in sorted(kept, key=_place)]
    return [line for line in found if line.steps]


def _line(series: Series) -> object:
    """What is one line, however the sources spell the model's name."""
    return series.provider, fold(series.model), series.meter, series.terms, series.currency


def _is_standard(terms: Terms) -> bool:
    return not (terms.tier or terms.context or terms.window or terms.region)


def _place(item: tuple[object, Series]) -> tuple[bool, int, str]:
    series = item[1]
    return series.terms != Terms(), _ORDER.get(series.meter, len(_ORDER)), repr(series.terms)


def _steps(spans: Sequence[Span], until: datetime) -> tuple[Step, ...]:
    """The prices of one line from each moment at which another holds; it ends in a price, or in none."""
    ends = {s.valid_to for s in spans if s.valid_to is not None}
    moments = sorted(at for at in {s.valid_from for s in spans} | ends if at <= until)
    steps: list[Step] = []
    for at in moments[-4 * MOST_STEPS :]:
        best = price_at(spans, at)
        price = best.price if best else None
        if not steps or steps[-1].price != price:
            steps.append(Step(at, price))
    if steps and steps[0].price is None:
        steps = steps[1:]
    return tuple(steps[-MOST_STEPS:])


def _time(lines: Sequence[Line], moves: Sequence[Move], until: datetime) -> tuple[datetime, datetime]:
    """From the first price until now, or as long after the move as it takes to be seen."""
    moments = [step.at for line in lines for step in line.steps] + [m.at for m in moves]
    since, last = min(moments), max([until, *moments])
    long = max(last - since, LEAST_TIME)
    return last - long, max(last, moves[0].at + long * ROOM)


# --- words ---


def _subtitle(moves: Sequence[Move]) -> str:
    groups: dict[Terms, list[Move]] = {}
    for move in sorted(moves, key=lambda m: _ORDER.get(m.series.meter, len(_ORDER))):
        groups.setdefault(move.series.terms, []).append(move)
    said = []
    for line in groups.values():
        terms = wording.terms_words(line[0].series.terms)
        head = wording.head(line).removeprefix(wording.model_name(line[0])).removeprefix(f" ({terms})")
        said.append((f"{terms}: " if terms else "") + head.removeprefix(": "))
    at = moves[0].at.astimezone(UTC)
    status = moves[0].status
    unsure = "" if status is Status.confirmed else f" ({status.value})"
    return wording.harmless(f"{at.day} {at:%b %Y}{unsure}: {'; '.join(said)}", LONGEST_WORDS)


def _axis(series: Series) -> str:
    return f"{wording.harmless(series.currency, 12)} {wording.unit_words(series.meter)}".strip()


def _name(line: Line) -> str:
    """ "input, batch: $2", as the legend says it: the price that holds now."""
    terms = wording.terms_words(line.series.terms)
    of = ", ".join(filter(None, (wording.meter_words(line.series.meter), terms))) or "price"
    now = line.steps[-1].price
    said = "no longer listed" if now is None else wording.money(now, line.series.currency)
    return f"{of}: {said}"


# --- layers ---


def _drawn(
    lines: Sequence[Line], frame: Frame, since: datetime, end: datetime, y: Spec, *, low: bool
) -> Spec:
    names = [_name(line) for line in lines]
    rows = [row for line, name in zip(lines, names, strict=True) for row in _rows(line, name, end)]
    colours = COLOURS[frame.theme].curves
    scale = {"domain": names, "range": [colours[i % len(colours)] for i in range(len(names))]}
    legend = legend_of(frame, columns=4) | ({"offset": 38} if low else {})
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.4, "strokeJoin": "round"},
        "encoding": {
            "x": _moments(since, end, frame),
            "y": {"field": "value", "type": "quantitative", **y},
            "color": {"field": "name", "type": "nominal", "scale": scale, "legend": legend},
            "detail": {"field": "run", "type": "nominal"},
            "tooltip": [
                {"field": "name", "type": "nominal", "title": " "},
                {"field": "at", "type": "temporal", "title": "from", "format": "%Y-%m-%d %H:%M"},
                {"field": "value", "type": "quantitative", "title": frame.axis, "format": ",.8~f"},
            ],
        },
    }


def _rows(line: Line, name: str, end: datetime) -> Iterable[Spec]:
    """The points of a line; where no price is known it is broken, not joined."""
    run = 0
    for step, after in pairwise([*line.steps, Step(end, None)]):
        if step.price is None:
            run += 1
            continue
        yield {"at": _iso(step.at), "value": float(step.price), "name": name, "run": run}
        if after.price is None:
            yield {"at": _iso(after.at), "value": float(step.price), "name": name, "run": run}


def _moments(since: datetime, end: datetime, frame: Frame) -> Spec:
    long = end - since
    if long < timedelta(days=3):
        axis: Spec = {"format": "%d %b %H:%M", "tickCount": 3 if frame.is_narrow else 6, "grid": False}
    elif long < timedelta(days=100):
        axis = {"format": "%d %b", "tickCount": 4 if frame.is_narrow else 8, "grid": False}
    else:
        axis = day_axis(since.date(), end.date(), frame)
    return {
        "field": "at",
        "type": "temporal",
        "title": None,
        "scale": {"type": "utc", "domain": [_iso(since), _iso(end)]},
        "axis": axis | {"labelOverlap": "greedy"},
    }


def _mark(
    moves: Sequence[Move], frame: Frame, since: datetime, end: datetime, y: Spec, *, raised: bool
) -> list[Spec]:
    """The day of the move as a line with its words, the prices after it as dots, with before → after."""
    colours, at = COLOURS[frame.theme], moves[0].at
    x = {"field": "at", "type": "temporal", "scale": {"type": "utc"}}
    value = {"field": "value", "type": "quantitative", "scale": y["scale"]}
    words = {"field": "words", "type": "nominal"}
    side = {"align": "right", "dx": -7} if at - since > (end - since) * LATE else {"align": "left", "dx": 7}
    text = {"type": "text", "color": colours.ink, "fontSize": 11.5, "baseline": "bottom", **side}
    label = text | {"dy": -5, "fontWeight": 600}
    halo = label | {"color": colours.paper, "stroke": colours.paper, "strokeWidth": 4, "strokeJoin": "round"}
    day = {"at": _iso(at), "words": _day(at, end - since)}
    dots = [{"at": _iso(m.at), "value": float(m.after)} for m in moves]
    above = text | {"dx": 0, "y": 0, "dy": -20 if raised else -4}
    of_day = [
        {"mark": {"type": "rule", "color": colours.ink, "opacity": 0.55}, "encoding": {"x": x}},
        {"mark": above, "encoding": {"x": x, "text": words}},
    ]
    of_label = [{"mark": mark, "encoding": {"x": x, "y": value, "text": words}} for mark in (halo, label)]
    dot = {"type": "point", "filled": True, "size": 46, "opacity": 1, "color": colours.ink}
    return [
        {"data": {"values": [day]}, "layer": of_day},
        {"data": {"values": dots}, "mark": dot, "encoding": {"x": x, "y": value}},
        {"data": {"values": _labels(moves)}, "layer": of_label},
    ]


def _labels(moves: Sequence[Move]) -> list[Spec]:
    """Before → after of the moved lines, as many as there is room for: the most expensive first."""
    kept: list[Move] = []
    for move in sorted(moves, key=lambda m: -m.after):
        if not kept or kept[-1].after > move.after * Decimal(APART):
            kept.append(move)
    return [
        {
            "at": _iso(m.at),
            "value": float(m.after),
            "words": " → ".join(wording.money(price, m.series.currency) for price in (m.before, m.after)),
        }
        for m in kept[:MOST_LABELS]
    ]


def _day(at: datetime, long: timedelta) -> str:
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %H:%M} UTC" if long < timedelta(days=3) else f"{at.day} {at:%b %Y}"


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
