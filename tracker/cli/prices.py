"""The verb that asks what holds: prices."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from tracker.adapters.store import questions
from tracker.cli import common, sparks
from tracker.cli.options import (
    At,
    Csv,
    Json,
    KnownAt,
    Meter,
    Model,
    Only,
    Provider,
    form_of,
)
from tracker.cli.output import emit
from tracker.cli.sparks import Spark
from tracker.domain.days import END_OF_TIME
from tracker.domain.facts import GATHERED

app = typer.Typer(add_completion=False)


@app.command()
def prices(
    provider: Provider = "",
    model: Model = "",
    meter: Meter = "",
    source: Only = "",
    at: At = "",
    known_at: KnownAt = "",
    spark: Spark = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """The prices that hold now, or held at a day, as they were known on a day."""
    form = form_of(json, csv)
    narrowed = common.filters(provider=provider, model=model, meter=meter, source=source)
    now = datetime.now(UTC)
    when = common.moment(at, end=True) or now
    known = common.moment(known_at, end=True) or END_OF_TIME
    with common.question() as connection:
        rows = questions.prices_at(connection, when, known, narrowed)
        has_courses = sparks.wanted(form, spark, len(rows))
        if has_courses:
            rows = sparks.with_courses(connection, rows, when, known, narrowed)
    columns = ("provider", "model", "meter", "price", "currency", "terms", "valid_from", "source", "basis")
    emit(
        rows,
        form,
        columns=(*columns, *[sparks.COLUMN] * has_courses),
        empty="no price is recorded for that: try `tracker check` first, or "
        f"--at {GATHERED:%Y-%m-%d}, until when the bundled history tells",
    )
