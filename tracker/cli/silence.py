"""The verb `alerts silence`: what nobody wants to hear of for a time, kept on record."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import typer

from tracker.adapters.config.wrong import nearest
from tracker.adapters.store import Connection, silences, told
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.series import all_models
from tracker.adapters.store.told import Confirmed
from tracker.announce import cases_of
from tracker.cli import common
from tracker.cli.options import Csv, Json, form_of
from tracker.cli.output import emit
from tracker.domain import wording
from tracker.domain.errors import TrackerError
from tracker.domain.filters import is_like, why_not
from tracker.domain.rules import DEFAULT
from tracker.domain.settings import Settings
from tracker.domain.silences import Silence

app = typer.Typer(help="Silences, those that hold first; with a filter and --until a new one.")
COLUMNS = ("id", "holds", "provider", "model", "rule", "created_at", "until", "ended_at", "moves", "why")


@app.callback(invoke_without_command=True)
def silence(
    context: typer.Context,
    provider: Annotated[str, typer.Option(help="Nothing of this provider.")] = "",
    model: Annotated[str, typer.Option(help="Nothing of these models: a name or a glob.")] = "",
    rule: Annotated[str, typer.Option(help="Nothing by this rule.")] = "",
    until: Annotated[str, typer.Option(help="How long: 7d, 4h, a day (its end) or a moment.")] = "",
    why: Annotated[str, typer.Option(help="The reason, shown beside it.")] = "",
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Keep alerts silent for a time; no move is lost by it. Without a filter: the silences there are."""
    asked = any((provider, model, rule, until, why))
    if context.invoked_subcommand:
        if asked:
            raise typer.BadParameter(f"{context.invoked_subcommand} takes no filter, but an id")
        return
    settings = common.settings()
    if not asked:
        return _list(settings, json=json, csv=csv)
    if json or csv:
        raise typer.BadParameter("--json and --csv list silences; leave them out to make one")
    if not (provider or model or rule):
        raise typer.BadParameter("say what is to be silent: --provider, --model or --rule")
    if not until:
        raise typer.BadParameter("say until when: --until 7d, or a day such as 2026-12-01")
    now = datetime.now(UTC)
    end = forward(until, now)
    with writing(common.store(settings)) as connection:
        _check(connection, settings, provider, model, rule)
        id = silences.put(
            connection, provider=provider, model=model, rule=rule, until=end, why=why.strip(), now=now
        )
    said = wording.harmless(Silence(id, now, end, provider, model, rule).what, 300)
    sys.stdout.write(
        f"silence {id}: nothing {'of ' if provider or model else ''}{said} until {wording.moment(end)}; "
        f"moves are recorded all the same, and `tracker alerts silence end {id}` ends it\n"
    )


@app.command(name="end")
def end_silence(
    id: Annotated[int, typer.Argument(metavar="ID", help="The id that `alerts silence` shows.")],
) -> None:
    """End a silence before its time; what it kept silent is not told afterwards."""
    with writing(common.store(common.settings())) as connection:
        ended = silences.end(connection, id, datetime.now(UTC))
    if not ended:
        raise TrackerError(f"no silence {id} holds: see `tracker alerts silence`")
    sys.stdout.write(f"silence {id} is over\n")


def forward(words: str, now: datetime) -> datetime:
    """A moment that is to come: "7d" or "4h" from now, a day (its end) or a moment, in UTC without a zone."""
    if ahead := re.fullmatch(r"([1-9]\d{0,3})([dhm])", words.strip()):
        unit = {"d": "days", "h": "hours", "m": "minutes"}[ahead[2]]
        return now + timedelta(**{unit: int(ahead[1])})
    try:
        day = date.fromisoformat(words.strip())
        found: datetime | None = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        found = _moment(words)
    if found is None or found <= now:
        raise typer.BadParameter(f"{words!r} is over already; write a time that is to come, such as 7d")
    return found


def _moment(words: str) -> datetime | None:
    try:
        return common.moment(words.strip())
    except typer.BadParameter:
        raise typer.BadParameter(
            f"{words!r} is no time; write 7d, 4h, 2026-12-01 or 2026-12-01T09:00Z"
        ) from None


def _check(connection: Connection, settings: Settings, provider: str, model: str, rule: str) -> None:
    """Refuse a name that nothing has: its silence would keep nothing silent. Raises BadParameter."""
    rules = [r.name for r in settings.rules] or [DEFAULT.name]
    if rule and rule not in rules:
        raise typer.BadParameter(f'no rule is called {rule}; the nearest is "{nearest(rule, rules)}"')
    models = all_models(connection)
    known = {p.casefold() for p in (*common.sources(settings), *(seller for seller, _ in models))}
    if provider and provider.casefold() not in known:
        raise typer.BadParameter(
            f'no provider is called {provider}; the nearest is "{nearest(provider, known)}"'
        )
    if model and not any(is_like(seller, name, [model]) for seller, name in models):
        sys.stderr.write(f"no model is called {model} yet\n")


def _list(settings: Settings, *, json: bool, csv: bool) -> None:
    form, now = form_of(json, csv), datetime.now(UTC)
    with asking(common.store(settings)) as connection:
        found = silences.every(connection)
        moves = _confirmed_since(connection, found, now)
    rows = [
        asdict(s) | {"holds": s.holds(now), "moves": kept_silent(settings, s, moves)}
        for s in sorted(found, key=lambda s: (not s.holds(now), -s.id))
    ]
    rows = [{key: row[key] for key in COLUMNS} for row in rows]
    emit(rows if form.value != "table" else map(_shown, rows), form, empty="nothing was ever silenced")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"holds": "yes" if row["holds"] else "over"}


def _confirmed_since(connection: Connection, found: Sequence[Silence], now: datetime) -> list[Confirmed]:
    first = min((s.created_at for s in found), default=None)
    return told.confirmed(connection, first, now) if first else []


def kept_silent(settings: Settings, silence: Silence, moves: Iterable[Confirmed]) -> int:
    """How many moves a silence kept some rule of today from telling; thresholds are not asked."""
    rules = [r for r in settings.rules or (DEFAULT,) if silence.rule in ("", r.name)]
    count = 0
    for one in moves:
        series = one.move.series
        if silence.holds(one.at) and any(
            silence.covers(r.name, series.provider, series.model) for r in rules
        ):
            (case,) = cases_of(settings, [one.move], one.kind, one.provider)
            count += any(not why_not(rule, case) for rule in rules)
    return count
