"""The verbs that ask what is looked at and kept: sources, snapshots."""

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
from tracker.cli.options import Csv, Json, Only, form_of
from tracker.cli.output import emit

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
