"""The verb that writes whole views into files."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import tracker
from tracker.adapters import exports
from tracker.adapters.store.views import NAMES
from tracker.ask.printed import cell
from tracker.cli import common

app = typer.Typer(add_completion=False)


class Format(StrEnum):
    """As what the files are written."""

    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Made where it is not there.")],
    form: Annotated[Format, typer.Option("--format", help="csv, jsonl or parquet.")] = Format.csv,
    what: Annotated[str, typer.Option(help="Only these views, such as price_history,moves.")] = "",
) -> None:
    """Write every row of the views that `sql` reads into files, with a manifest of counts and hashes."""
    asked = list(dict.fromkeys(word.strip() for word in what.split(",") if word.strip())) or list(NAMES)
    if wrong := [name for name in asked if name not in NAMES]:
        raise typer.BadParameter(f"{wrong[0]!r} is no view; there are {', '.join(NAMES)}")
    settings = common.settings()
    engine = common.store(settings)
    made = exports.export(
        engine,
        settings.database_url,
        folder,
        asked,
        form.value,
        at=datetime.now(UTC),
        version=tracker.__version__,
        cell=cell,
    )
    engine.dispose()
    for file in made["files"]:
        sys.stderr.write(f"{folder / file['file']}: {file['rows']} rows\n")
