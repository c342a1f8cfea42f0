"""Corrections: wrong rows are withdrawn now, what their pages say is recorded now and valid then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from tracker.adapters.store import events
from tracker.adapters.store.chunks import chunks
from tracker.adapters.store.moves import PENDING, insert, move_of, retract, select_moves
from tracker.adapters.store.prices import price_row
from tracker.adapters.store.series import SERIES, series_ids, series_of
from tracker.adapters.store.tables import moves, prices, series, snapshots, sources
from tracker.domain.corrections import Correction, Recorded, Retraction
from tracker.domain.events import of_moves
from tracker.domain.model import Basis, Move, Status

MOST_IDS = 5000  # in one statement: databases take some tens of thousands


def recorded(connection: Connection, source: str) -> list[Recorded]:
    """The rows of a source that were read from a page and stand, oldest first."""
    rows = connection.execute(
        select(
            prices.c.id,
            prices.c.price,
            prices.c.valid_from,
            prices.c.valid_to,
            prices.c.recorded_at,
            prices.c.snapshot,
            *SERIES,
        )
        .join(series, series.c.id == prices.c.series)
        .where(prices.c.source == source, prices.c.withdrawn_at.is_(None), prices.c.snapshot.is_not(None))
        .order_by(prices.c.id)
    )
    return [
        Recorded(
            row.id, series_of(row), row.price, row.valid_from, row.valid_to, row.recorded_at, row.snapshot
        )
        for row in rows
    ]


def kept_pages(connection: Connection, source: str) -> list[int]:
    """The ids of a source's snapshots, oldest first."""
    found = select(snapshots.c.id).where(snapshots.c.source == source).order_by(snapshots.c.id)
    return list(connection.scalars(found))


def standing_pages(connection: Connection, source: str) -> list[int]:
    """The ids of the snapshots that the prices in force were read from, and of the last one, oldest first.

    The last one that was read well says what became of what earlier ones say and no row holds.
    """
    found = select(prices.c.snapshot).where(
        prices.c.source == source,
        prices.c.valid_to.is_(None),
        prices.c.withdrawn_at.is_(None),
        prices.c.snapshot.is_not(None),
    )
    last = select(sources.c.well_snapshot).where(sources.c.id == source, sources.c.well_snapshot.is_not(None))
    return sorted({*connection.scalars(found), *connection.scalars(last)})


def told_moves(connection: Connection, source: str) -> list[Move]:
    """The moves of a source that stand: confirmed, or waiting."""
    standing = (*PENDING, Status.confirmed.value)
    statement = select_moves().where(moves.c.source == source, moves.c.status.in_(standing))
    return [move_of(row) for row in connection.execute(statement)]


def put(
    connection: Connection,
    source: str,
    basis: Basis,
    found: Sequence[Correction],
    retracted: Sequence[Retraction],
    at: datetime,
) -> None:
    """Write what a reread found, in one transaction."""
    wrong = [c.before.id for c in found if c.before]
    for part in chunks(wrong, MOST_IDS):
        these = prices.c.id.in_(part)
        connection.execute(update(prices).where(these).values(withdrawn_at=at))
    ids = series_ids(connection, [c.series for c in found] + [r.move.series for r in retracted])
    for c in found:
        if c.stated is not None:
            row = price_row(c.stated, ids[c.series.key], source, basis, at, c.snapshot)
            until = {"valid_to": c.valid_to, "closed_at": at if c.valid_to else None}
            connection.execute(prices.insert().values(**(row | {"valid_from": c.valid_from} | until)))
    for r in retracted:
        _retract(connection, r, ids[r.move.series.key], at)


def _retract(connection: Connection, r: Retraction, series_id: int, at: datetime) -> None:
    was = f"{r.move.before:f} → {r.move.after:f}"
    retract(connection, r.move.id, f"read again: the page did not say {was}", at)
    if r.move.status is not Status.confirmed or None in (r.before, r.after) or r.before == r.after:
        return
    assert r.before is not None and r.after is not None
    shown = replace(
        r.move, before=r.before, after=r.after, recorded_at=at, reason=f"read again: it was read as {was}"
    )
    for way, other in (("_cut", "_rise"), ("_rise", "_cut")):
        if shown.is_cut is (way == "_rise") and shown.event.endswith(way):
            shown = replace(shown, event=shown.event.removesuffix(way) + other)
            break
    id = insert(connection, shown, series_id, r.move.source, r.move.snapshot)
    events.put(connection, of_moves([replace(shown, id=id)], at))
