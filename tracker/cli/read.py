"""The verb that reads a saved page: no store, no network."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scrapers.page import ReadError
from tracker.adapters.saved import page_of, rows_of
from tracker.cli import common
from tracker.cli.options import Csv, Json, form_of
from tracker.cli.output import emit
from tracker.domain.errors import TrackerError

app = typer.Typer(add_completion=False)


@app.command()
def read(
    source: Annotated[str, typer.Argument(help="A source's id, or generic.")],
    file: Annotated[Path, typer.Argument(help="A saved page: .html, .md, .json or .xml.")],
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Extract from a saved page, without a store; what cannot be read exactly is told on standard error."""
    found, form = common.reader_of(source), form_of(json, csv)
    page = page_of(file, found.url or file.absolute().as_uri())
    try:
        reading = found.read(page)
    except ReadError as e:
        raise TrackerError(f"{file}: {e.kind}: {e.words}") from e
    for refused in reading.refused:
        sys.stderr.write(f"refused: {refused.reason} ({refused.label[:200]})\n")
    articles, offers = ("published_at", "title", "url"), ("model", "meter", "price", "currency", "terms")
    emit(rows_of(reading), form, columns=articles if reading.articles else offers)
