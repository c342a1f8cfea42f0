"""What other sources say of a line that moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, select, union_all

from tracker.adapters.store.chunks import chunks
from tracker.adapters.store.moves import PENDING
from tracker.adapters.store.series import SERIES, series_of
from tracker.adapters.store.tables import moves, prices, series, sources
from tracker.domain.model import Move, Series, Status
from tracker.domain.spans import NEVER_LOOKED_AT
from tracker.domain.witnesses import Testimony, is_same_line, names_elsewhere

_CHUNK = 200  # moves of one question


def testimonies(connection: Connection, move: Move) -> list[Testimony]:
    """The other sources that came from the price before a move to the one after: held there now, or waiting.

    A first look at a price, or one that came from another price, says nothing of this move.
    """
    before = prices.alias("before")
    came_from_it = exists().where(
        before.c.source == prices.c.source,
        before.c.series == prices.c.series,
        before.c.valid_to == prices.c.valid_from,
        before.c.price == move.before,
        before.c.withdrawn_at.is_(None),
    )
    held = select(prices.c.source, prices.c.recorded_at.label("since"), *SERIES).where(
        series.c.id == prices.c.series,
        prices.c.price == move.after,
        prices.c.valid_to.is_(None),
        prices.c.withdrawn_at.is_(None),
        prices.c.source != move.source,
        came_from_it,
        *_like(move.series),
    )
    waiting = select(moves.c.source, moves.c.recorded_at.label("since"), *SERIES).where(
        series.c.id == moves.c.series,
        moves.c.before == move.before,
        moves.c.after == move.after,
        moves.c.status.in_(PENDING),
        moves.c.source != move.source,
        *_like(move.series),
    )
    rows = connection.execute(union_all(held, waiting))
    return [Testimony(row.source, series_of(row), row.since) for row in rows]


def same_moves(
    connection: Connection, asked: Sequence[Move], source: str, since: datetime
) -> dict[int, dict[int, str]]:
    """By a move's id the same move of the same line, confirmed for other sources after `since`: id and kind.

    `asked` are a source's. What was confirmed before it came to the price before is an earlier move of the
    same figures. What an archive or a catalogue's history says of the past was told to nobody.
    """
    same: dict[int, dict[int, str]] = {move.id: {} for move in asked}
    for chunk in chunks(asked, _CHUNK):
        elsewhere: dict[tuple[Any, ...], list[Any]] = {}
        for row in connection.execute(_confirmed_elsewhere(chunk, source, since)):
            elsewhere.setdefault((row.meter, row.currency, row.before, row.after), []).append(row)
        for move in chunk:
            line = move.series
            alike = elsewhere.get((line.meter, line.currency, move.before, move.after), ())
            found = [row for row in alike if is_same_line(line, series_of(row))]
            begun = held_since(connection, move) if found else None
            same[move.id] = {row.id: row.kind for row in found if begun is None or row.status_at >= begun}
    return same


def _confirmed_elsewhere(asked: Sequence[Move], source: str, since: datetime) -> Any:
    names = set[str]().union(*(names_elsewhere(move.series) for move in asked))
    columns = (moves.c.id, moves.c.before, moves.c.after, moves.c.status_at, sources.c.kind, *SERIES)
    return select(*columns).where(
        series.c.id == moves.c.series,
        sources.c.id == moves.c.source,
        series.c.model_folded.in_(sorted(names)),
        moves.c.source != source,
        moves.c.status == Status.confirmed.value,
        moves.c.status_at >= since,
        sources.c.kind.not_in(NEVER_LOOKED_AT),
    )


def held_since(connection: Connection, move: Move) -> datetime | None:
    """When the move's own source came to the price before."""
    found: datetime | None = connection.scalar(
        select(func.max(prices.c.recorded_at)).where(
            moves.c.id == move.id,
            prices.c.source == moves.c.source,
            prices.c.series == moves.c.series,
            prices.c.price == move.before,
            prices.c.withdrawn_at.is_(None),
        )
    )
    return found


def _like(line: Series) -> list[Any]:
    return [
        series.c.model_folded.in_(sorted(names_elsewhere(line))),
        series.c.meter == line.meter,
        series.c.currency == line.currency,
    ]
