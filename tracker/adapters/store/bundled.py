"""The bundled facts in the store: prices, moves, events, and the days that they cover."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import Connection, select

from tracker.adapters import facts
from tracker.adapters.store import events, moves, upsert
from tracker.adapters.store.backfilled import reconcile, register
from tracker.adapters.store.series import SERIES, series_ids, series_of
from tracker.adapters.store.sources import set_to
from tracker.adapters.store.tables import moves as moves_table
from tracker.adapters.store.tables import series, sources
from tracker.adapters.store.tables_judged import coverage
from tracker.adapters.store.tables_judged import events as events_table
from tracker.adapters.store.turns import LOADING, take_turn
from tracker.domain.announced import events_of, moves_of, spans_of
from tracker.domain.events import Event
from tracker.domain.facts import GATHERED, SOURCE, Fact, series_of_fact
from tracker.domain.model import Basis, Move, Status
from tracker.domain.successors import Blend

LOADER = b"1"  # another number where the same facts are to be loaded otherwise
ADDRESS = "tracker/data"  # where the facts lie, with the source of each row


@cache
def version() -> str:
    """A hash of the bundled facts: another version of them is loaded anew."""
    folder = resources.files("tracker").joinpath("data")
    digest = hashlib.sha256(LOADER)
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".csv"):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def loaded(connection: Connection) -> str:
    """Which version of the facts the store has; empty: none."""
    found: str | None = connection.scalar(select(sources.c.readers).where(sources.c.id == SOURCE))
    return found or ""


def load(connection: Connection, now: datetime) -> int:
    """Bring the store to the bundled facts of this version; how many prices were written.

    First loaded, they are recorded as of the day on which they were gathered; what a later version says
    otherwise is recorded now, and what it no longer says is withdrawn. Nobody is alerted.
    """
    take_turn(connection, LOADING)
    if loaded(connection) == version():
        return 0  # another process has just done it
    at = now if loaded(connection) else GATHERED
    register(connection, SOURCE, SOURCE, "", ADDRESS, at)
    known = facts.moves() + facts.listings() + facts.hosts()
    done = reconcile(connection, SOURCE, spans_of(known), basis=Basis.documented, at=at)
    ids = _put_moves(connection, moves_of(known), at)
    _put_events(connection, events_of(known, Blend()), ids, at)
    _put_coverage(connection, known, at)
    set_to(connection, SOURCE, readers=version())
    return done.added


def _put_moves(connection: Connection, found: Sequence[Move], at: datetime) -> dict[Any, int]:
    """The ids of the facts' moves by what they say; new ones are written, others withdrawn."""
    standing = _standing(connection)
    wanted = {_says(m): m for m in found}
    for says, id in standing.items():
        if says not in wanted:
            moves.retract(connection, id, "the bundled facts of this version do not say so", at)
    new = [m for says, m in wanted.items() if says not in standing]
    keys = series_ids(connection, [m.series for m in new])
    for move in new:
        moves.insert(connection, replace(move, recorded_at=at), keys[move.series.key], SOURCE, None)
    return _standing(connection)


def _standing(connection: Connection) -> dict[Any, int]:
    rows = connection.execute(
        select(moves_table.c.id, moves_table.c.before, moves_table.c.after, moves_table.c.at, *SERIES)
        .join(series, series.c.id == moves_table.c.series)
        .where(moves_table.c.source == SOURCE, moves_table.c.status == Status.confirmed.value)
    )
    return {(series_of(r).key, r.before, r.after, r.at.date()): r.id for r in rows}


def _says(move: Move) -> Any:
    return move.series.key, move.before, move.after, move.at.date()


def _put_events(connection: Connection, found: Sequence[Event], ids: dict[Any, int], at: datetime) -> None:
    linked = [
        replace(
            event,
            recorded_at=at,
            rows=tuple(
                replace(r, move=ids.get((r.series.key, r.before, r.after, event.day), 0)) for r in event.rows
            ),
        )
        for event in found
    ]
    events.put(connection, linked, reviewed=True)
    _rule(connection, {e.key for e in linked}, at)


def _rule(connection: Connection, keys: set[str], at: datetime) -> None:
    """Withdraw what the facts no longer tell, and take back what was withdrawn so; a person's word stays."""
    ids = connection.scalars(select(events_table.c.id).where(events_table.c.source == SOURCE)).all()
    found = events.find(connection, None, ids=ids) if ids else []
    gone = [e.id for e in found if e.key not in keys and not e.ruled_by]
    back = [e.id for e in found if e.key in keys and e.ruled_by == SOURCE and e.status is Status.withdrawn]
    words = "the bundled facts of this version"
    events.rule(connection, gone, Status.withdrawn, SOURCE, f"{words} do not say so", at)
    events.rule(connection, back, Status.confirmed, SOURCE, f"{words} say so again", at)


def _put_coverage(connection: Connection, known: Sequence[Fact], at: datetime) -> None:
    """From the first of the facts until they were gathered, for every provider that they tell of."""
    announced = [f for f in known if f.kind != "listed" and series_of_fact(f)]
    told = {(f.provider, "subscription" if f.component == "plan_month" else "api") for f in announced}
    rows = [
        {
            "source": SOURCE,
            "provider": provider,
            "scope": scope,
            "lo": min(f.day for f in announced).isoformat(),
            "hi": GATHERED.date().isoformat(),
            "recorded_at": at,
        }
        for provider, scope in sorted(told)
    ]
    upsert.ignore(connection, coverage, rows)
