"""The verb `events`: what moves mean, and a person's ruling on it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from tracker.adapters.store import events as store
from tracker.adapters.store.engine import writing
from tracker.ask import events as events_asked
from tracker.cli import common
from tracker.cli.explain import explained, print_explained
from tracker.cli.options import Csv, Event, Json, KnownAt, Model, Only, Provider, Since, Until, form_of
from tracker.cli.output import emit
from tracker.domain.events import PERSON, Kind
from tracker.domain.model import Status

app = typer.Typer(add_completion=False)
events_app = typer.Typer(help="What moves mean: announcements and their kind; and a person's ruling on them.")
Ids = Annotated[list[int], typer.Argument(metavar="ID...", help="The ids that `events` shows.")]
Why = Annotated[str, typer.Option(help="The reason; it is kept with the event.")]


@events_app.callback(invoke_without_command=True)
def events(
    context: typer.Context,
    provider: Provider = "",
    model: Model = "",
    event: Event = "",
    source: Only = "",
    since: Since = "",
    until: Until = "",
    status: Annotated[str, typer.Option(help="Only confirmed, provisional or withdrawn ones.")] = "",
    explain: Annotated[
        bool, typer.Option("--explain", help="Every recorded step down, and whether it is a cut.")
    ] = False,
    known_at: KnownAt = "",
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Events, the newest first; `confirm ID` and `withdraw ID` rule on those that the rules cannot decide."""
    if context.invoked_subcommand:
        return
    form = form_of(json, csv)
    one_of("event", event, Kind)
    one_of("status", status, events_asked.STATUSES)
    known = common.until(known_at)
    if explain:
        days = (_day(since), _day(until) or known.date())
        with common.question() as connection:
            told = explained(connection, known, provider=provider, model=model, days=days)
        return print_explained(told, form)
    filters = common.filters(
        provider=provider,
        model=model,
        source=source,
        event=event,
        status=status,
        since=since,
        until=until,
    )
    with common.question() as connection:
        rows = events_asked.rows(connection, known, filters)
    columns = ("id", "day", "provider", "kind", "status", "what", "why")
    shown = rows if form.value == "json" else [r | {"rows": len(r["rows"])} for r in rows]
    emit(shown, form, columns=columns, empty="no such event is recorded")


def one_of(name: str, word: str, known: Iterable[str]) -> None:
    """Refuse a word that is none of those known."""
    words = [str(w) for w in known]
    if word and word not in words:
        raise typer.BadParameter(f"{word!r} is no {name}; there are {', '.join(words)}")


def _day(words: str) -> date | None:
    found = common.moment(words)
    return found.date() if found else None


@events_app.command()
def confirm(ids: Ids, why: Why) -> None:
    """Say that an event is what it is called; verdicts may rest on it."""
    _rule(ids, Status.confirmed, why)


@events_app.command()
def withdraw(ids: Ids, why: Why) -> None:
    """Say that an event was none; it stays on record, and no verdict rests on it."""
    _rule(ids, Status.withdrawn, why)


def _rule(ids: Iterable[int], status: Status, why: str) -> None:
    if not why.strip():
        raise typer.BadParameter("say why: the reason is kept with the event")
    engine = common.store(common.settings())
    try:
        with writing(engine) as connection:
            ruled = store.rule(connection, list(ids), status, PERSON, why.strip(), datetime.now(UTC))
    except LookupError as e:
        raise typer.BadParameter(f"{e.args[0]}; `tracker events` shows the ids") from None
    for event in ruled:
        sys.stdout.write(f"event {event.id} is {status.value}: {why.strip()}\n")


app.add_typer(events_app, name="events")
