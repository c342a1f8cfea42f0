"""The verb that tells how prices went: index."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tracker.adapters import charts
from tracker.adapters.store import indexes
from tracker.adapters.store.indexes import Answer, Question
from tracker.ask import index as asked_index
from tracker.cli import common, sparks
from tracker.cli.options import At, Csv, Json, KnownAt, Provider, Since, Until, form_of
from tracker.cli.output import Form, emit, print_json
from tracker.cli.sparks import Spark
from tracker.domain.chart import ARTICLE
from tracker.domain.chart_frame import Spec, Theme
from tracker.domain.days import end_of, start_of
from tracker.domain.errors import StoreTrouble, TrackerError
from tracker.domain.index import ALL, JEVONS, Indexed
from tracker.domain.index_charts import hosted_chart, index_chart, premium_chart, standing
from tracker.domain.sparkline import YEAR

app = typer.Typer(add_completion=False)


class Kind(StrEnum):
    """What can be asked for alone."""

    jevons = "jevons"
    lines = "lines"
    hosted = "hosted"
    premium = "premium"


@app.command()
def index(
    provider: Provider = "",
    base: Annotated[str, typer.Option(help="The day that is 100; else the article's.")] = "",
    since: Since = "",
    until: Until = "",
    at: At = "",
    known_at: KnownAt = "",
    kind: Annotated[
        Kind | None, typer.Option(help="Only this: jevons (the same models), lines, hosted or premium.")
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it: a file that ends in .svg or .png.")
    ] = None,
    theme: Annotated[Theme, typer.Option(help="What the chart stands on.")] = Theme.light,
    width: Annotated[int, typer.Option(min=240, max=4000, help="The chart's width in pixels.")] = 720,
    spark: Spark = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """How prices went since a day: of the same models, of product lines; hosts and premiums with --kind."""
    form = form_of(json, csv)
    if chart and chart.suffix not in (".svg", ".png"):
        raise typer.BadParameter(f"{chart} must end in .svg or .png")
    now = datetime.now(UTC)
    known = common.moment(known_at, end=True) or now
    asked = Question(
        as_of=(common.moment(at, end=True) or now).date(),
        known_at=known,
        base=_day(base) or ARTICLE,
        provider=provider.casefold(),
        since=_day(since),
        until=_day(until),
        kinds=_kinds(kind, form),
    )
    with common.question() as connection:
        found = indexes.answer(connection, asked)
    if chart:
        _draw(chart, _spec(found, asked, kind, theme, width))
    if form is Form.json:
        print_json(asked_index.as_json(found, asked))
    elif not chart or form is Form.csv:
        rows = _rows(found, asked, kind, form)
        emit(rows, form, empty=f"nothing is recorded for that by {asked.as_of}")
        if rows and kind not in (Kind.hosted, Kind.premium) and sparks.wanted(form, spark):
            sys.stdout.write("\nlast year\n" + _courses(found, asked))


def _day(words: str) -> date | None:
    moment = common.moment(words)
    return moment.date() if moment else None


def _kinds(kind: Kind | None, form: Form) -> tuple[str, ...]:
    if kind:
        return (kind.value,)
    return indexes.KINDS if form is Form.json else (Kind.jevons.value, Kind.lines.value)


# --- as a table ---


def _rows(found: Answer, asked: Question, kind: Kind | None, form: Form) -> Sequence[dict[str, Any]]:
    if kind is Kind.hosted:
        rows = found.hosted if form is Form.csv else standing(found.hosted, asked.last)
        shown = [asked_index.hosted_row(h) for h in rows]
        return shown if form is Form.csv else [row | {"hosts": len(row["hosts"])} for row in shown]
    if kind is Kind.premium:
        return (
            [asked_index.premium_row(r) for r in found.premium]
            if form is Form.csv
            else asked_index.by_day(asked_index.premiums(found))
        )
    if form is Form.csv:
        return asked_index.point_rows(found)
    return asked_index.by_day({_title(s): [(p.day, p.value) for p in s.points] for s in _of(found, asked)})


def _of(found: Answer, asked: Question) -> list[Indexed]:
    return [s for s in found.series if s.provider == (asked.provider or ALL)]


def _courses(found: Answer, asked: Question) -> str:
    until = end_of(asked.last)
    courses = {_title(s): [(start_of(p.day), p.value) for p in s.points] for s in _of(found, asked)}
    return sparks.lines(courses, until - YEAR, until)


def _title(series: Indexed) -> str:
    return f"same models, {series.variant.value}" if series.index == JEVONS else "lines"


# --- as a chart ---


def _spec(found: Answer, asked: Question, kind: Kind | None, theme: Theme, width: int) -> Spec:
    until = asked.last
    if kind is Kind.hosted:
        drawn, spec = bool(found.hosted), hosted_chart(found.hosted, until=until, theme=theme, width=width)
    elif kind is Kind.premium:
        ratios = [r for r in found.premium if r.over == indexes.OPEN[0]]
        drawn, spec = bool(ratios), premium_chart(ratios, until=until, theme=theme, width=width)
    else:
        own = _of(found, asked)
        whose = asked.provider or ALL
        drawn = bool(own)
        spec = index_chart(own, base=asked.base, until=until, provider=whose, theme=theme, width=width)
    if not drawn:
        raise TrackerError(f"nothing is recorded for that by {asked.as_of}, so there is nothing to draw")
    return spec


def _draw(file: Path, spec: Spec) -> None:
    drawn = charts.png(spec) if file.suffix == ".png" else charts.svg(spec).encode()
    try:
        file.write_bytes(drawn)
    except OSError as e:
        raise StoreTrouble(f"{file} cannot be written: {e.strerror}; name another file") from e
    sys.stderr.write(f"drawn: {file}\n")
