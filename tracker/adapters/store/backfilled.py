"""Prices of the past from elsewhere: the standing rows of such a source are what it says now, no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select, update

from tracker.adapters.store import upsert
from tracker.adapters.store.chunks import chunks
from tracker.adapters.store.series import series_ids
from tracker.adapters.store.sources import first_row, set_to
from tracker.adapters.store.tables import prices, series, sources
from tracker.domain.model import Basis, text
from tracker.domain.spans import NEVER_LOOKED_AT, Span

MOST_IDS = 5000  # in one statement: databases take some tens of thousands
_HELD = ("key", "price", "valid_from", "promo_until", "basis", "model", "label", "snapshot")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many rows were written, and how many said the same already."""

    added: int
    withdrawn: int
    kept: int
    closed: int = 0  # rows whose end is known now


def register(connection: Connection, source: str, kind: str, provider: str, url: str, at: datetime) -> None:
    """Make the row of a source of prices that is no page to look at. Raises ValueError for another kind."""
    if kind not in NEVER_LOOKED_AT:
        raise ValueError(f"{kind} is none of {', '.join(sorted(NEVER_LOOKED_AT))}")
    there = connection.execute(select(sources).where(sources.c.id == source)).first()
    if there is None:
        upsert.ignore(connection, sources, first_row(source, kind, provider, url, at))
    elif (there.provider, there.url) != (provider, url):
        set_to(connection, source, provider=provider, url=url)


def reconcile(
    connection: Connection, source: str, spans: Sequence[Span], *, basis: Basis, at: datetime
) -> Reconciled:
    """Make the standing rows of a registered source equal to `spans`; what is equal stays as it is.

    A row that went on without an end and has one now is closed at `at`; any other that is not among `spans`
    is withdrawn then. What was recorded before can still be asked for. Raises ValueError where two spans of
    one series overlap.
    """
    _refuse_overlaps(spans)
    standing = _standing(connection, source)
    wanted = Counter(_row_of(s, basis) for s in spans)
    stays = [row for row in standing if row.values in wanted]
    missing = set(wanted) - {row.values for row in stays}
    ends = {values[:-1]: values for values in missing if values[-1] is not None}
    open_rows = [row for row in standing if row.values[-1] is None and row.values not in wanted]
    closed = [(row.id, ends[row.values[:-1]]) for row in open_rows if row.values[:-1] in ends]
    touched = {row.id for row in stays} | {id for id, _ in closed}
    wrong = [row.id for row in standing if row.id not in touched]
    for part in chunks(wrong, MOST_IDS):
        these = prices.c.id.in_(part)
        connection.execute(update(prices).where(these).values(withdrawn_at=at))
    for id, values in closed:
        ended = update(prices).where(prices.c.id == id).values(valid_to=values[-1], closed_at=at)
        connection.execute(ended)
    added = missing - {values for _, values in closed}
    _insert(connection, source, spans, added, basis, at)
    return Reconciled(len(added), len(wrong), len(stays), len(closed))


@dataclass(frozen=True, slots=True)
class _Standing:
    id: int
    values: tuple[Any, ...]  # as _row_of has them


def _standing(connection: Connection, source: str) -> list[_Standing]:
    rows = connection.execute(
        select(
            prices.c.id,
            series.c.key,
            prices.c.price,
            prices.c.valid_from,
            prices.c.promo_until,
            prices.c.basis,
            prices.c.model,
            prices.c.label,
            prices.c.snapshot,
            prices.c.valid_to,
        )
        .join(series, series.c.id == prices.c.series)
        .where(prices.c.source == source, prices.c.withdrawn_at.is_(None))
    )
    return [_Standing(row[0], tuple(row[1:])) for row in rows]


def _row_of(span: Span, basis: Basis) -> tuple[Any, ...]:
    return (
        span.series.key,
        span.price,
        span.valid_from,
        span.promo_until,
        basis.value,
        text(span.model or span.series.model, 200),
        text(span.label, 2000),
        span.snapshot,
        span.valid_to,
    )


def _insert(
    connection: Connection,
    source: str,
    spans: Sequence[Span],
    added: set[tuple[Any, ...]],
    basis: Basis,
    at: datetime,
) -> None:
    new = [(s, values) for s in spans if (values := _row_of(s, basis)) in added]
    ids = series_ids(connection, [s.series for s, _ in new])
    rows = [
        dict(zip(_HELD, values[:-1], strict=True))
        | {"source": source, "series": ids[s.series.key], "recorded_at": at, "missing": 0}
        | {"valid_to": s.valid_to, "closed_at": at if s.valid_to else None}
        for s, values in new
    ]
    for row in rows:
        del row["key"]
    if rows:
        connection.execute(prices.insert(), rows)


def _refuse_overlaps(spans: Sequence[Span]) -> None:
    """Two prices of one line at one time would be two answers to one question."""
    in_order = sorted(spans, key=lambda s: (s.series.key, s.valid_from))
    for span in in_order:
        if span.valid_to is not None and span.valid_to <= span.valid_from:
            raise ValueError(f"{span.series.model} {span.series.meter}: no time from {span.valid_from} on")
    for one, other in pairwise(in_order):
        if one.series == other.series and (one.valid_to is None or one.valid_to > other.valid_from):
            raise ValueError(
                f"{one.series.model} {one.series.meter}: {one.price} from {one.valid_from} on and "
                f"{other.price} from {other.valid_from} on overlap"
            )
