"""The prices of a model in steps over what is recorded of it, with a move marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from scrapers.page import Terms
from tracker.domain import wording
from tracker.domain.chart import ARTICLE, LATE, article_rule, legend_of
from tracker.domain.chart_frame import COLOURS, Frame, Spec, Theme, day_axis, ticks, value_axis, whole
from tracker.domain.days import start_of
from tracker.domain.model import Move, Series, Status
from tracker.domain.move_lines import LEAST_TIME, Line, Step, lines_of, place_of
from tracker.domain.spans import Span

MOST_LABELS = 3  # moved lines whose prices stand beside the mark
APART = Decimal("1.25")  # times: prices nearer than this have one label
ROOM = 0.07  # of a chart's time, after a move: a price of just now has to be seen
NEAR = (0.3, 0.65)  # of a chart's time, and on a phone: words so near stand one above the other
HEADROOM = 0.12  # of the prices' reach, above and below
LONGEST_TITLE, LONGEST_WORDS = 90, 240
LONGEST_OF = (60, 30)  # letters of a line's name, and on a phone
WIDTHS = (390, 720)  # pixels: a phone's, and a page's


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
    y = with_headroom(value_axis(frame, values), values)
    article = article_rule(frame, ARTICLE, since.date(), end.date())
    raised = bool(article) and abs(first.at - start_of(ARTICLE)) < (end - since) * NEAR[frame.is_narrow]
    return whole(
        frame,
        [
            *article,
            _drawn(lines, frame, since, end, y, low=raised),
            *_mark(moves, frame, since, end, y, raised=raised),
        ],
    )


def _time(lines: Sequence[Line], moves: Sequence[Move], until: datetime) -> tuple[datetime, datetime]:
    """From the first price until now, or as long after the move as it takes to be seen."""
    moments = [step.at for line in lines for step in line.steps] + [m.at for m in moves]
    since, last = min(moments), max([until, *moments])
    long = max(last - since, LEAST_TIME)
    return last - long, max(last, moves[0].at + long * ROOM)


# --- words ---


def _subtitle(moves: Sequence[Move]) -> str:
    groups: dict[Terms, list[Move]] = {}
    for move in sorted(moves, key=lambda m: place_of(m.series)):
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


def _names(lines: Sequence[Line], frame: Frame) -> list[str]:
    """ "input, batch: $2", as the legend says it: the price that holds now. No two are alike."""
    names: list[str] = []
    for line in lines:
        terms = wording.terms_words(line.series.terms)
        of = ", ".join(filter(None, (wording.meter_words(line.series.meter), terms))) or "price"
        now = line.steps[-1].price
        said = "no longer listed" if now is None else wording.money(now, line.series.currency)
        name = f"{wording.harmless(of, LONGEST_OF[frame.is_narrow])}: {said}"
        names.append(f"{name} ({len(names) + 1})" if name in names else name)
    return names


# --- layers ---


def with_headroom(y: Spec, values: Sequence[float]) -> Spec:
    """The axis with room above and below, so that no line and no word lies on its edge."""
    low, high = min(values), max(values)
    if y["scale"].get("type") == "log":
        room = (high / low) ** HEADROOM
        ends = [low / room, high * room]
        return y | {"scale": y["scale"] | {"domain": ends}, "axis": y["axis"] | {"values": ticks(*ends)}}
    room = (high - low) * HEADROOM or high * 0.05 or 1
    return y | {"scale": {"zero": False, "nice": False, "domain": [max(0, low - room), high + room]}}


def _drawn(
    lines: Sequence[Line], frame: Frame, since: datetime, end: datetime, y: Spec, *, low: bool
) -> Spec:
    names = _names(lines, frame)
    rows = [row for line, name in zip(lines, names, strict=True) for row in _rows(line, name, end)]
    colours = COLOURS[frame.theme].curves
    scale = {"domain": names, "range": [colours[i % len(colours)] for i in range(len(names))]}
    legend = legend_of(frame, columns=4) | ({"offset": 38} if low else {})
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.4, "strokeJoin": "round"},
        "encoding": {
            "x": moments(since, end, frame),
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
        yield {"at": iso(step.at), "value": float(step.price), "name": name, "run": run}
        if after.price is None:
            yield {"at": iso(after.at), "value": float(step.price), "name": name, "run": run}


def moments(since: datetime, end: datetime, frame: Frame) -> Spec:
    """The axis of moments: hours, days, months or years, as far as it reaches."""
    long = end - since
    if long < timedelta(days=3):
        axis: Spec = {"format": "%d %b %H:%M", "tickCount": 3 if frame.is_narrow else 6, "grid": False}
    elif long < timedelta(days=100):
        axis = {"format": "%d %b", "tickCount": 4 if frame.is_narrow else 8, "grid": False}
    elif long < timedelta(days=400):
        step = 3 if frame.is_narrow and long > timedelta(days=200) else 1
        axis = {"format": "%b %Y", "tickCount": {"interval": "month", "step": step}, "grid": False}
    else:
        axis = day_axis(since.date(), end.date(), frame)
    return {
        "field": "at",
        "type": "temporal",
        "title": None,
        "scale": {"type": "utc", "domain": [iso(since), iso(end)]},
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
    day = {"at": iso(at), "words": _day(at, end - since)}
    dots = [{"at": iso(m.at), "value": float(m.after)} for m in moves]
    above = text | {"dx": 0, "y": 0, "dy": -20 if raised else -4}
    of_day = [
        {"mark": {"type": "rule", "color": colours.ink, "opacity": 0.55}, "encoding": {"x": x}},
        {"mark": above, "encoding": {"x": x, "text": words}},
    ]
    dot = {"type": "point", "filled": True, "size": 46, "opacity": 1, "color": colours.ink}
    return [
        {"data": {"values": [day]}, "layer": of_day},
        {"data": {"values": dots}, "mark": dot, "encoding": {"x": x, "y": value}},
        *_said(moves, frame, text, {"x": x, "y": value, "text": words}),
    ]


def _said(moves: Sequence[Move], frame: Frame, text: Spec, encoding: Spec) -> Iterable[Spec]:
    """Before → after beside the dots, in the corner of the step that is empty, legible on a line, too."""
    paper = COLOURS[frame.theme].paper
    kept = _labelled(moves)
    over, under = {"baseline": "bottom", "dy": -5}, {"baseline": "top", "dy": 6}
    is_late = text["align"] == "right"  # then its words stand over or under the price before
    for own, place in (
        ([m for m in kept if m.is_cut != is_late], over),
        ([m for m in kept if m.is_cut == is_late], under),
    ):
        label = text | place | {"fontWeight": 600}
        halo = label | {"color": paper, "stroke": paper, "strokeWidth": 4, "strokeJoin": "round"}
        layers = [{"mark": mark, "encoding": encoding} for mark in (halo, label)]
        if own:
            yield {"data": {"values": [_label(m) for m in own]}, "layer": layers}


def _labelled(moves: Sequence[Move]) -> list[Move]:
    """The moves that there is room to label: the most expensive first, none that are near each other."""
    kept: list[Move] = []
    for move in sorted(moves, key=lambda m: -m.after):
        if not kept or kept[-1].after >= move.after * APART:
            kept.append(move)
    return kept[:MOST_LABELS]


def _label(move: Move) -> Spec:
    words = " → ".join(wording.money(price, move.series.currency) for price in (move.before, move.after))
    return {"at": iso(move.at), "value": float(move.after), "words": words}


def _day(at: datetime, long: timedelta) -> str:
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %H:%M} UTC" if long < timedelta(days=3) else f"{at.day} {at:%b %Y}"


def iso(at: datetime) -> str:
    """A moment as Vega reads it, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
