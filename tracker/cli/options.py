"""The options that many verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.output import Form

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
Provider = Annotated[str, typer.Option(help="Only this provider.")]
Model = Annotated[str, typer.Option(help="Only this model: a name, provider/name, or a glob.")]
Meter = Annotated[str, typer.Option(help="Only this meter, such as input_mtok.")]
Only = Annotated[str, typer.Option("--source", help="Only this source.")]
Event = Annotated[str, typer.Option(help="Only this event, such as list_cut.")]
Since = Annotated[str, typer.Option(help="From this day or moment on; 30d means thirty days ago.")]
Until = Annotated[str, typer.Option(help="Up to this day (its end) or moment.")]
At = Annotated[str, typer.Option("--at", "--as-of", help="As it held at this day (its end) or moment.")]
KnownAt = Annotated[str, typer.Option(help="As it was recorded by this day (its end) or moment.")]


def form_of(json: bool, csv: bool) -> Form:
    if json and csv:
        raise typer.BadParameter("--json and --csv exclude each other")
    return Form.json if json else Form.csv if csv else Form.table
