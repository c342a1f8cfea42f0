"""What the present rules say: `alerts explain` of one move, `alerts preview` of a month."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from tracker.adapters.store import Connection, written
from tracker.adapters.store.engine import asking
from tracker.adapters.store.told import OF_HELD
from tracker.ask.moves import move_row
from tracker.cli import common
from tracker.cli.options import Csv, Json, Since, Until, form_of
from tracker.cli.output import Form, emit, print_json
from tracker.domain import wording
from tracker.domain.model import Move, Status
from tracker.domain.rules import DEFAULT
from tracker.domain.settings import Settings
from tracker.preview import Explained, Previewed
from tracker.preview import explain as explained
from tracker.preview import preview as previewed

NO_CHANNEL = "no channel is set, so that nothing is told: set TRACKER_NOTIFY, or add a [[channel]]\n"


def explain(
    id: Annotated[int, typer.Argument(metavar="MOVE", help="The id that `moves` shows.")], json: Json = False
) -> None:
    """Why each rule tells a move to each channel or does not, and what was written of it."""
    settings = common.settings()
    with asking(common.store(settings)) as connection:
        move, rows = explained(connection, settings, id)
        sent = written.of_move(connection, id)
    told = [_told(row, sent) for row in rows]
    if json:
        print_json({"move": move_row(move), "rules": told, "written": sent})
        return
    sys.stdout.write(f"move {move.id}: {wording.head([move])}\n{_stands(move)}\n")
    if not settings.channels:
        sys.stdout.write(NO_CHANNEL)
    else:
        sys.stdout.write("\nwhat the rules that are set now say of it:\n")
        shown = [row | {"fires": "yes" if row["fires"] else "no"} for row in told]
        emit(shown, Form.table, columns=("rule", "channel", "fires", "why", "due", "alert"))
    _print_written(sent, told)


def _told(row: Explained, sent: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a rule says, and the alert that was written by it; None where there is none."""
    mine = [
        s for s in sent if (s["rule"], s["channel"]) == (row.rule, row.channel) and s["event"] not in OF_HELD
    ]
    return asdict(row) | {"alert": mine[-1]["alert"] if mine else None}


def _stands(move: Move) -> str:
    """How a move stands, and the command that rules on one that waits."""
    said = f"it is {move.status.value}" + (f": {wording.harmless(move.reason, 300)}" if move.reason else "")
    if move.status not in (Status.held, Status.provisional):
        return said
    waits = ", and waits for a second look" if move.status is Status.provisional else ""
    return (
        f"{said}{waits}; nobody is told of the price until it is confirmed. To rule on it yourself:\n"
        f"  tracker moves confirm {move.id} --why REASON\n  tracker moves withdraw {move.id} --why REASON"
    )


def _print_written(sent: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]) -> None:
    sys.stdout.write("\n")
    if sent:
        sys.stdout.write("what was written of it:\n")
        emit([_came_to(row) for row in sent], Form.table)
    elif any(row["fires"] for row in told):
        sys.stdout.write(
            "nothing was written of it: the rules or channels were others then, "
            "or another source had told the same move\n"
        )
    else:
        sys.stdout.write("nothing was written of it\n")


def _came_to(row: Mapping[str, Any]) -> dict[str, Any]:
    """One row of what was written, for people."""
    state = row["state"]
    if row["digest"]:
        state += f" in digest {row['digest']}"
    elif state == "waiting" and row["held_for"]:
        state += f" for {'its digest' if row['held_for'] == 'digest' else 'the end of quiet hours'}"
    shown = {key: row[key] for key in ("alert", "created_at", "event", "rule", "channel")}
    return shown | {"state": state, "due or sent": row["sent_at"] or row["due"], "error": row["last_error"]}


def preview(
    since: Since = "30d",
    until: Until = "",
    documented: Annotated[
        bool, typer.Option("--documented", help="Also of the moves of the bundled history.")
    ] = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """What the present rules would have sent of the moves that are on record."""
    form, settings = form_of(json, csv), common.settings()
    begin, end = common.moment(since) or datetime.min.replace(tzinfo=UTC), common.until(until)
    if begin >= end:
        raise typer.BadParameter("--since is not before --until: nothing lies between the two")
    with asking(common.store(settings)) as connection:
        rows = _previewed(connection, settings, begin, end, documented=documented)
    if form is not Form.table:
        emit([asdict(row) for row in rows], form)
    elif not settings.channels:
        sys.stdout.write(NO_CHANNEL)
    else:
        _print_channels(rows, settings, _span(end - begin))
        if not rows and not documented:
            sys.stderr.write("--documented asks the bundled history as well, if no look has seen much yet\n")


def _previewed(
    connection: Connection, settings: Settings, since: datetime, until: datetime, *, documented: bool
) -> list[Previewed]:
    rows = previewed(connection, settings, since, until, documented=documented)
    return sorted(rows, key=lambda row: (row.due, row.at))


def _span(length: timedelta) -> str:
    """How long, in whole days or hours."""
    count, unit = (length.days, "day") if length.days else (length // timedelta(hours=1), "hour")
    return f"in {count:,} {unit}{'s' if count != 1 else ''}" if count else "in less than an hour"


def _print_channels(rows: Sequence[Previewed], settings: Settings, span: str) -> None:
    """A table a channel, then how much each of them would have heard, and how much each rule would say."""
    by_channel: dict[str, list[Previewed]] = {channel.name: [] for channel in settings.channels}
    for row in rows:
        by_channel.setdefault(row.channel, []).append(row)
    for channel, mine in by_channel.items():
        if mine:
            sys.stdout.write(f"{channel}\n")
            emit([_shown(row) for row in mine], Form.table)
            sys.stdout.write("\n")
    for channel, mine in by_channel.items():
        sys.stdout.write(f"{channel}: {_total(mine, span)}\n")
    counts = Counter(row.rule for row in rows)
    names = [rule.name for rule in settings.rules] or [DEFAULT.name]
    fired = [f"{name} {counts[name]:,}" for name in dict.fromkeys([*names, *counts])]
    sys.stdout.write(f"alerts by rule: {', '.join(fired)}\n")


def _shown(row: Previewed) -> dict[str, Any]:
    """One row for people; what waits is shown with when it would have come."""
    return {
        "at": row.at,
        "comes": row.due if row.digest else None,
        "rule": row.rule,
        "event": row.event,
        "subject": row.subject,
        "moves": " ".join(map(str, row.moves[:5])) + (" …" if len(row.moves) > 5 else ""),
    }


def _total(rows: Sequence[Previewed], span: str) -> str:
    """ "12 messages in 30 days (3 digests)"; alerts that would have been sent as one are one message."""
    sizes = Counter(row.digest for row in rows if row.digest)
    count = sum(not row.digest for row in rows) + len(sizes)
    digests = sum(size > 1 for size in sizes.values())
    words = f"{count:,} message{'s' if count != 1 else ''}" if count else "nothing"
    return f"{words} {span}" + (f" ({digests:,} digest{'s' if digests != 1 else ''})" if digests else "")
