"""The verb that asks how a model's prices went: history."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from tracker.adapters.store import questions
from tracker.cli import common, history_chart, sparks
from tracker.cli.options import Csv, Json, KnownAt, Meter, Only, Provider, Since, Until, form_of
from tracker.cli.output import Form, emit
from tracker.domain.days import END_OF_TIME
from tracker.domain.errors import TrackerError
from tracker.domain.wording import harmless

app = typer.Typer(add_completion=False)


@app.command()
def history(
    model: Annotated[str, typer.Argument(help="A name, provider/name, or a glob.")],
    provider: Provider = "",
    meter: Meter = "",
    source: Only = "",
    since: Since = "",
    until: Until = "",
    known_at: KnownAt = "",
    chart: Annotated[
        bool, typer.Option("--chart", help="Draw it above the table; as without it on a terminal.")
    ] = False,
    table: Annotated[bool, typer.Option("--table", help="Only the table.")] = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Every price that a model had, oldest first."""
    form = form_of(json, csv)
    narrowed = common.filters(
        provider=provider, model=model, meter=meter, source=source, since=since, until=until
    )
    known = common.moment(known_at, end=True) or END_OF_TIME
    with common.question() as connection:
        rows = questions.history(connection, known, narrowed)
        near = [] if rows else questions.nearest_models(connection, model)
    if not rows:
        if form is Form.json:
            emit([], form)
        hint = f"; did you mean {' or '.join(map(harmless, near))}?" if near else ""
        raise TrackerError(f"no price of {model!r} is recorded{hint}")
    columns = (
        "provider",
        "model",
        "meter",
        "price",
        "currency",
        "terms",
        "valid_from",
        "valid_to",
        "source",
        "basis",
    )
    if form is Form.table and (chart or (not table and sys.stdout.isatty() and sparks.can_print())):
        history_chart.draw(rows, until=narrowed.until or datetime.now(UTC))
    emit(rows, form, columns=columns)
