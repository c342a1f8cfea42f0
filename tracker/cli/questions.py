"""The verbs that ask: sources, prices, history, moves, snapshots."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

import scrapers.catalog
from tracker.adapters import chromium, config
from tracker.adapters.store import questions, snapshots
from tracker.adapters.store.engine import asking
from tracker.ask import sources as asked_sources
from tracker.cli import common
from tracker.cli.options import (
    At,
    Csv,
    Json,
    KnownAt,
    Meter,
    Model,
    Only,
    Provider,
    Since,
    Until,
    form_of,
)
from tracker.cli.output import Form, emit
from tracker.domain.days import END_OF_TIME
from tracker.domain.errors import TrackerError

app = typer.Typer(add_completion=False)


@app.command(name="sources")
def sources_verb(json: Json = False, csv: Csv = False) -> None:
    """Every source: how it is, when it was looked at, when it will be."""
    settings = common.settings()
    available = common.sources(settings)
    engine = common.store(settings)
    now = datetime.now(UTC)
    with asking(engine) as connection:
        found = asked_sources.rows(connection, available, now)
    for id, source in scrapers.catalog.sources().items():
        if id in config.needing_a_browser({id: source}) - set(available) - {s.id for s in settings.sources}:
            found.append(asked_sources.source_row(source, None, now) | {"last_outcome": chromium.WANTED})
    columns = ("id", "kind", "via", "state", "offers", "last_look", "last_well", "next", "last_outcome")
    emit(found, form_of(json, csv), columns=columns)


@app.command()
def prices(
    provider: Provider = "",
    model: Model = "",
    meter: Meter = "",
    source: Only = "",
    at: At = "",
    known_at: KnownAt = "",
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
    columns = ("provider", "model", "meter", "price", "currency", "terms", "valid_from", "source", "basis")
    emit(rows, form, columns=columns, empty="no price is recorded for that: try `tracker check` first")


@app.command()
def history(
    model: Annotated[str, typer.Argument(help="A name, provider/name, or a glob.")],
    provider: Provider = "",
    meter: Meter = "",
    source: Only = "",
    since: Since = "",
    until: Until = "",
    known_at: KnownAt = "",
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
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
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
    emit(rows, form, columns=columns)


snapshots_app = typer.Typer(help="Pages as they were fetched, byte for byte.")


@snapshots_app.callback(invoke_without_command=True)
def snapshots_verb(context: typer.Context, source: Only = "", json: Json = False, csv: Csv = False) -> None:
    """Pages as they were fetched, the newest first; `cat ID` writes one to standard output."""
    if context.invoked_subcommand:
        return
    form = form_of(json, csv)
    with common.question() as connection:
        rows = questions.snapshot_rows(connection, source)
    emit(rows, form, columns=("id", "at", "source", "size", "stored", "url"), empty="no page is kept yet")


@snapshots_app.command()
def cat(id: Annotated[int, typer.Argument(help="The id that `snapshots` shows.")]) -> None:
    """The bytes of one kept page."""
    with common.question() as connection:
        sys.stdout.buffer.write(snapshots.body_of(connection, id))


app.add_typer(snapshots_app, name="snapshots")
