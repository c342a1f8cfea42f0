"""The verbs about alerts: what was written, what the rules say, silences, tests and retries."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from tracker.adapters.notify import send
from tracker.adapters.store import outbox, questions
from tracker.adapters.store.engine import writing
from tracker.cli import common, silence
from tracker.cli.options import Csv, Json, form_of
from tracker.cli.output import Form, emit
from tracker.cli.tuning import explain, preview
from tracker.domain.alerts import test_message
from tracker.domain.errors import BadSettings, SendError, TrackerError

app = typer.Typer(add_completion=False)
alerts_app = typer.Typer(help="Alerts and their deliveries, the newest first; and what decides on them.")


@alerts_app.callback(invoke_without_command=True)
def alerts(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="Only waiting, sent or dead.")] = "",
    channel: Annotated[str, typer.Option(help="Only to this channel.")] = "",
    rule: Annotated[str, typer.Option(help="Only by this rule.")] = "",
    event: Annotated[str, typer.Option(help="Only of this event, such as move or source.")] = "",
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Alerts and their deliveries, the newest first."""
    if context.invoked_subcommand:
        return
    if state not in ("", "waiting", "sent", "dead"):
        raise typer.BadParameter(f"{state!r} is no state; there are waiting, sent, dead")
    form = form_of(json, csv)
    with common.question() as connection:
        rows = questions.alert_rows(connection, state, channel=channel, rule=rule, event=event)
    columns = (
        "id",
        "created_at",
        "channel",
        "rule",
        "state",
        "attempts",
        "next_try",
        "subject",
        "last_error",
    )
    if form is Form.table:
        rows = [{**row, "state": _state(row)} for row in rows]
    asked = any((state, channel, rule, event))
    emit(rows, form, columns=columns, empty="no such alert" if asked else "no alert was written yet")


def _state(row: Mapping[str, Any]) -> str:
    return f"{row['state']} in a digest" if row["part_of"] else str(row["state"])


@alerts_app.command()
def retry(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="None means all dead ones.")
    ] = None,
) -> None:
    """Let dead alerts wait again; the tracker, or `tracker deliver`, sends them."""
    engine = common.store(common.settings())
    with writing(engine) as connection:
        count = outbox.retry(connection, ids or [], datetime.now(UTC))
    sys.stdout.write(f"{count} waiting again\n")
    if ids and count < len(ids):
        raise TrackerError(
            f"{len(ids) - count} of {len(ids)} are not dead, or not there: see `tracker alerts`"
        )


@alerts_app.command(name="test")
def alerts_test() -> None:
    """Send a real message through every channel, and say what came of it."""
    settings = common.settings()
    if not settings.channels:
        raise BadSettings("no channel is set: set TRACKER_NOTIFY to a notification URL, or add a [[channel]]")
    message = test_message(settings.base_url)
    failed = 0
    for channel in settings.channels:
        try:
            asyncio.run(send(channel, message, f"test-{os.urandom(4).hex()}"))
        except SendError as e:
            failed += 1
            sys.stdout.write(f"not sent: {e.words}\n")
        else:
            sys.stdout.write(f"sent: channel {channel.name}\n")
    raise typer.Exit(int(failed > 0))


alerts_app.command()(explain)
alerts_app.command()(preview)
alerts_app.add_typer(silence.app, name="silence")
app.add_typer(alerts_app, name="alerts")
