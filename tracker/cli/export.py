"""The verb that writes whole views, or all the pages, into files."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

import tracker
from tracker.adapters import exports
from tracker.adapters.store.views import NAMES
from tracker.ask.printed import cell
from tracker.cli import common
from tracker.cli.output import progress
from tracker.web.own import Own
from tracker.web.site.build import build

app = typer.Typer(add_completion=False)


class Format(StrEnum):
    """As what the files are written."""

    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"
    site = "site"


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Made where it is not there.")],
    form: Annotated[
        Format, typer.Option("--format", help="csv, jsonl, parquet, or site: the pages.")
    ] = Format.csv,
    what: Annotated[str, typer.Option(help="Only these views, such as price_history,moves.")] = "",
    base_url: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Of a site: where it will be found, for its feeds.")
    ] = "",
) -> None:
    """Write every row of the views that `sql` reads into files, or the pages as a site without a server."""
    if form is Format.site:
        if what:
            raise typer.BadParameter("--what is for rows: a site has all its pages")
        _site(folder, base_url)
        return
    if base_url:
        raise typer.BadParameter("--base-url is for --format site")
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


def _site(folder: Path, base_url: str) -> None:
    settings = common.settings()
    where = _address(base_url or settings.base_url, given=bool(base_url))
    engine = common.store(settings)
    with progress("writing the site") as on_page:
        made = build(
            engine,
            settings.database_url,
            common.sources(settings),
            folder,
            at=datetime.now(UTC),
            base_url=where,
            own=Own(claims=settings.claims),
            on_page=on_page,
        )
    engine.dispose()
    sys.stderr.write(f"{folder}: {made.pages:,} pages, {made.files:,} files, {made.bytes:,} bytes\n")
    if not where:
        sys.stderr.write("links in its feeds are relative: --base-url ADDRESS makes them whole\n")


def _address(words: str, *, given: bool) -> str:
    """Where the site will be found; empty where only this machine would find it there."""
    try:
        parts = urlsplit(words)
        is_fine = parts.scheme in ("http", "https") and parts.hostname and not parts.query + parts.fragment
        if not is_fine or "@" in parts.netloc:
            raise ValueError
    except ValueError:
        raise typer.BadParameter("--base-url is an address such as https://host.example/prices") from None
    is_here = parts.hostname in ("localhost", "::1") or str(parts.hostname).startswith("127.")
    return "" if is_here and not given else words
