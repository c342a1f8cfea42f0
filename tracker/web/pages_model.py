"""The page of a model: its prices line by line and host by host, each step with who says so and where."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from tracker.adapters import facts
from tracker.adapters.store import questions
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.spans import spans_of
from tracker.domain import wording
from tracker.domain.chart_frame import Frame, Spec, Theme
from tracker.domain.model import Move, Series
from tracker.domain.model_chart import Point, Told, model_chart
from tracker.domain.move_lines import place_of, told_steps
from tracker.domain.same_model import same_model
from tracker.domain.spans import Span
from tracker.domain.witnesses import fold
from tracker.web.as_of import AsOf, as_of
from tracker.web.charts import figure
from tracker.web.pages import Asked, Route, Shown, not_there
from tracker.web.words import address_of

MOST_LINES, MOST_HOSTS = 12, 18  # of a chart
MOST_ROWS = 400  # of the table of steps: the newest
MOST_MOVES = 60
LONGEST = 200  # characters of a model's name in the store


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the price list, with what says so from each moment on; None where nothing does."""

    series: Series
    steps: Sequence[tuple[datetime, Span | None]]

    @property
    def words(self) -> str:
        """What is priced: "input, batch"."""
        terms = wording.terms_words(self.series.terms)
        return ", ".join(filter(None, (wording.meter_words(self.series.meter), terms))) or "price"

    @property
    def unit(self) -> tuple[str, str]:
        return self.series.currency, wording.unit_words(self.series.meter)


def model(asked: Asked) -> Shown:
    """A model of one provider; raises Refused where no price of it is recorded."""
    provider, name = unquote(asked.path["provider"]).casefold(), asked.path["model"]
    if not fold(name) or len(name) > LONGEST or len(provider) > LONGEST:
        raise not_there("No model of that name is recorded.")
    clocks = as_of(asked)
    spans = spans_of(asked.connection, clocks.known_at, providers=[provider], models=[fold(name)])
    if not spans:
        raise not_there("No model of that name is recorded; the prices lead to those that are.")
    printed = wording.harmless(next((s.model for s in reversed(spans) if s.model), name))
    lines = _lines(spans, clocks.until)
    hosts = _hosts(asked, provider, name, clocks)
    rows = [row for line in lines for row in _rows(line)]
    shown = {
        "name": printed,
        "provider": provider,
        "path": address_of(provider, name),
        "now_priced": [row for line in lines if (row := _rows(line)[-1]) and not row["until"]],
        "chart": _own_chart(printed, lines, clocks),
        "others": _others(lines),
        "rows": sorted(rows, key=lambda row: row["since"], reverse=True)[:MOST_ROWS],
        "total": len(rows),
        "hosts": [_host_row(line) for line in hosts],
        "hosts_chart": _hosts_chart(printed, hosts, clocks) if len(hosts) > 1 else "",
        "moves": _moves(asked, provider, name, clocks),
    }
    return "model.html", clocks.shown() | shown


def _moves(asked: Asked, provider: str, name: str, clocks: AsOf) -> list[Move]:
    """The model's moves that had taken effect and were recorded by then, documented ones, too."""
    wanted = Filters(provider, name, documented=True, until=clocks.until)
    found = questions.find_moves(asked.connection, wanted, MOST_MOVES)
    own = fold(name)  # a name may look like a pattern
    return [m for m in found if m.recorded_at <= clocks.known_at and fold(m.series.model) == own]


# --- lines ---


def _lines(spans: Iterable[Span], until: datetime) -> list[Line]:
    """What every source says of each line of the model, as one; the main ones first."""
    by_line: dict[object, list[Span]] = {}
    for span in spans:
        s = span.series
        by_line.setdefault((s.meter, s.terms, s.currency), []).append(span)
    found = [Line(own[-1].series, told_steps(own, until)) for own in by_line.values()]
    return sorted((line for line in found if line.steps), key=lambda line: place_of(line.series))


def _hosts(asked: Asked, provider: str, name: str, clocks: AsOf) -> list[Line]:
    """The main price of the same model by whoever sells it, the cheapest of today first."""
    same = same_model(provider, name, facts.open_models(), clocks.day)
    names = sorted(name for name in same.listed_as if name)
    spans = spans_of(
        asked.connection, clocks.known_at, models=names, meters=["input_mtok", "output_mtok"], standard=True
    )
    by_host: dict[str, list[Span]] = {}
    main = "output_mtok" if any(s.series.meter == "output_mtok" for s in spans) else "input_mtok"
    for span in spans:
        if span.series.meter == main and span.series.currency == "USD" and same.has(span.series):
            by_host.setdefault(span.series.provider, []).append(span)
    found = [Line(own[-1].series, told_steps(own, clocks.until)) for own in by_host.values()]
    return sorted((line for line in found if line.steps), key=_dearness)[:MOST_HOSTS]


def _dearness(line: Line) -> tuple[bool, Any, str]:
    last = line.steps[-1][1]
    return last is None, last.price if last else 0, line.series.provider


# --- charts ---


def _own_chart(printed: str, lines: Sequence[Line], clocks: AsOf) -> Any:
    unit = lines[0].unit if lines else ("", "")
    own = [line for line in lines if line.unit == unit][:MOST_LINES]
    told = _named([(line.words, line) for line in own])

    def draw(theme: Theme, width: int) -> Spec:
        of = f"{unit[0]} {unit[1]}".strip()
        frame = Frame(printed, "each line of its price list, from every source", wording.harmless(of),
                      theme=theme, width=width)  # fmt: skip
        return model_chart(told, frame, until=clocks.until)

    return figure(draw, "prices-chart") if own else ""


def _hosts_chart(printed: str, hosts: Sequence[Line], clocks: AsOf) -> Any:
    told = _named([(wording.provider_name(line.series.provider), line) for line in hosts])
    meter = wording.meter_words(hosts[0].series.meter)

    def draw(theme: Theme, width: int) -> Spec:
        frame = Frame(
            f"{printed}, host by host",
            f"what each asks for {meter} on standard terms",
            f"USD {wording.unit_words(hosts[0].series.meter)}",
            theme=theme,
            width=width,
        )
        return model_chart(told, frame, until=clocks.until, log=True)

    return figure(draw, "hosts-chart")


def _named(lines: Sequence[tuple[str, Line]]) -> list[Told]:
    """The lines of a chart, each under a name that no other has."""
    found: list[Told] = []
    for words, line in lines:
        last = line.steps[-1][1]
        price = wording.money(last.price, line.series.currency) if last else "no longer listed"
        name = f"{wording.harmless(words, 50)}: {price}"
        name = name if all(other.name != name for other in found) else f"{name} ({len(found) + 1})"
        found.append(Told(name, [_point(at, span) for at, span in line.steps]))
    return found


def _point(at: datetime, span: Span | None) -> Point:
    if span is None:
        return Point(at, None)
    return Point(at, span.price, wording.harmless(span.source, 60), f"#{_anchor(span)}")


# --- tables ---


def _anchor(span: Span) -> str:
    """Where a step stands in the page, by what makes it one."""
    marks = (span.series.key, span.source, span.valid_from.isoformat(), str(span.price))
    return f"step-{zlib.crc32(chr(31).join(marks).encode()):x}"


def _rows(line: Line) -> list[dict[str, Any]]:
    """A row a step of one line, in the order of time."""
    ends = [at for at, _ in line.steps[1:]]
    rows: list[dict[str, Any]] = []
    before: Span | None = None
    for (at, span), until in zip(line.steps, [*ends, None], strict=True):
        if span is not None:
            rows.append(_row(line, at, until, span, before))
        before = span
    return rows


def _row(line: Line, at: datetime, until: datetime | None, span: Span, before: Span | None) -> dict[str, Any]:
    return {
        "anchor": _anchor(span),
        "since": at,
        "until": until,
        "words": wording.harmless(f"{line.words} {wording.unit_words(line.series.meter)}"),
        "span": span,
        "before": before,
        "is_cut": before is not None and span.price < before.price,
    }


def _host_row(line: Line) -> dict[str, Any]:
    at, span = line.steps[-1]
    last = span or next(s for _, s in reversed(line.steps) if s is not None)
    return {
        "provider": line.series.provider,
        "href": address_of(line.series.provider, line.series.model),
        "name": wording.harmless(last.model or line.series.model),
        "meter": wording.meter_words(line.series.meter),
        "since": at,
        "span": last,
        "is_listed": span is not None,
    }


def _others(lines: Sequence[Line]) -> int:
    """How many lines the chart leaves to the table: of other units, or too many."""
    own = [line for line in lines if line.unit == lines[0].unit]
    return len(lines) - min(len(own), MOST_LINES)


ROUTES = (Route("/models/{provider}/{model:path}", model, under="/prices"),)
