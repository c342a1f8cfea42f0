"""The verbs about moves: moves, moves confirm, moves withdraw."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from tracker import ruling
from tracker.adapters.store import questions
from tracker.adapters.store.engine import writing
from tracker.adapters.store.filters import Filters
from tracker.ask import moves as asked_moves
from tracker.cli import common
from tracker.cli.options import Csv, Event, Json, Meter, Model, Only, Provider, Since, Until, form_of
from tracker.cli.output import emit
from tracker.domain.errors import TrackerError
from tracker.domain.model import Status

app = typer.Typer(add_completion=False)
moves_app = typer.Typer(help="Prices that moved: held, provisional, confirmed or withdrawn.")


@moves_app.callback(invoke_without_command=True)
def moves(
    context: typer.Context,
    provider: Provider = "",
    model: Model = "",
    meter: Meter = "",
    source: Only = "",
    event: Event = "",
    status: Annotated[
        Status | None, typer.Option(help="Only moves that stand so: held, provisional, confirmed, withdrawn.")
    ] = None,
    since: Since = "",
    until: Until = "",
    documented: Annotated[
        bool, typer.Option("--documented", help="Also the moves of the bundled history, which no look saw.")
    ] = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Prices that moved, the newest first; `confirm` and `withdraw` rule on one that is held."""
    if context.invoked_subcommand:
        return
    narrowed = common.filters(
        provider=provider, model=model, meter=meter, source=source, event=event, since=since, until=until
    )
    is_narrowed = narrowed != Filters() or status is not None
    narrowed = replace(narrowed, documented=documented, status=status.value if status else "")
    form = form_of(json, csv)
    with common.question() as connection:
        rows = asked_moves.rows(connection, narrowed)
    columns = (
        "id",
        "at",
        "provider",
        "model",
        "meter",
        "terms",
        "before",
        "after",
        "pct",
        "event",
        "status",
        "source",
    )
    nothing = "no move is like that" if is_narrowed else "no move has been seen yet"
    emit(rows, form, columns=columns, empty=nothing)


MoveIds = Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="The ids that `moves` shows.")]
Why = Annotated[str, typer.Option(help="The reason, kept with the move.")]
HeldOf = Annotated[str, typer.Option("--source", help="Instead of ids: all that is held of this source.")]


@moves_app.command()
def confirm(why: Why, ids: MoveIds = None, source: HeldOf = "") -> None:
    """Say that moves which are held or provisional really happened; their alerts go out."""
    _rule(ids or [], source, Status.confirmed, why)


@moves_app.command()
def withdraw(why: Why, ids: MoveIds = None, source: HeldOf = "") -> None:
    """Say that moves which are held or provisional did not happen; nobody is alerted."""
    _rule(ids or [], source, Status.withdrawn, why)


def _rule(ids: list[int], source: str, status: Status, why: str) -> None:
    if bool(ids) is bool(source):
        raise typer.BadParameter(
            "name the moves by their ids, or with --source all that is held of one source"
        )
    settings = common.settings()
    engine = common.store(settings)
    urls = {s.id: s.shown_url for s in common.sources(settings).values()}
    with writing(engine) as connection:
        if source:
            held = questions.find_moves(connection, Filters(source=source, status=Status.held.value))
            ids = sorted(move.id for move in held)
        if not ids:
            raise TrackerError(f"nothing is held of {source}: see `tracker moves --status held`")
        ruled = ruling.rule(connection, ids, status, why, datetime.now(UTC), settings, urls)
    for move in ruled:
        sys.stdout.write(f"move {move.id} is {status.value}: {why}\n")


app.add_typer(moves_app, name="moves")
