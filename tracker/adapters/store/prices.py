"""Prices and moves: rows are added or closed, never overwritten."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from tracker.adapters.store.moves import insert, settle
from tracker.adapters.store.series import SERIES, series_ids, series_of
from tracker.adapters.store.tables import moves, prices, series, sources
from tracker.domain.model import Basis, Move, Observation, Status
from tracker.domain.moves import Changes
from tracker.domain.observe import Known
from tracker.domain.spans import NEVER_LOOKED_AT

_KNOWN = (
    select(
        prices.c.id,
        prices.c.price,
        prices.c.valid_from,
        prices.c.promo_until,
        prices.c.missing,
        prices.c.missing_since,
        series.c.key,
        *SERIES,
    )
    .join(series, series.c.id == prices.c.series)
    .where(prices.c.source == bindparam("of"), prices.c.valid_to.is_(None), prices.c.withdrawn_at.is_(None))
)


def known(connection: Connection, source: str) -> dict[str, Known]:
    """The prices that are held for a source, by series key."""
    rows = connection.execute(_KNOWN, {"of": source})
    return {
        row.key: Known(
            row.id,
            series_of(row),
            row.price,
            row.valid_from,
            row.promo_until,
            row.missing,
            row.missing_since,
        )
        for row in rows
    }


def record(
    connection: Connection, changes: Changes, *, source: str, basis: Basis, at: datetime, snapshot: int
) -> list[Move]:
    """Write what one look changed; the confirmed moves, as they stand in the store now."""
    restated = [*changes.extended, *changes.claimed]
    observed = changes.fresh + [observation for _, observation in restated]
    ids = series_ids(connection, [o.series for o in observed] + [m.series for m in changes.opened])
    for move in changes.withdrawn:
        settle(connection, move.id, Status.withdrawn, move.reason, at)
    _open(connection, changes.fresh, ids, source, basis, at, snapshot)
    for move in changes.opened:
        insert(connection, move, ids[move.series.key], source, snapshot)
    confirmed = [m for m in changes.confirmed if confirm(connection, m, basis, at, snapshot)]
    for k in changes.missing:
        since = k.missing_since or at
        _set_price(connection, [k.id], missing=k.missing + 1, missing_since=since)
    _set_price(connection, [k.id for k in changes.back], missing=0, missing_since=None)
    for k, observation in restated:
        _close(connection, k.id, at, at)
        _open(connection, [replace(observation, effective_from="")], ids, source, basis, at, snapshot)
    for k in changes.gone:
        _close(connection, k.id, k.missing_since or at, at)
    return confirmed


def confirm(connection: Connection, move: Move, basis: Basis, at: datetime, snapshot: int | None) -> bool:
    """Close the price before and open the price after; False if the move was settled meanwhile.

    A catalogue's claim has the price after already: there only the move is settled.
    """
    if not settle(connection, move.id, Status.confirmed, move.reason, at, confirmed_by=snapshot):
        return False
    row = connection.execute(select(moves.c.series, moves.c.source).where(moves.c.id == move.id)).one()
    if _open_price(connection, row) == move.after:
        return True
    connection.execute(
        update(prices)
        .where(
            prices.c.source == row.source,
            prices.c.series == row.series,
            prices.c.valid_to.is_(None),
            prices.c.withdrawn_at.is_(None),
        )
        .values(valid_to=move.at, closed_at=at)
    )
    seen = Observation(move.series, move.after, move.label, move.model, move.promo_until)
    values = price_row(seen, row.series, row.source, basis, at, move.snapshot or None)
    connection.execute(prices.insert().values(**(values | {"valid_from": move.at})))
    return True


def models_before(connection: Connection, provider: str, at: datetime) -> set[str]:
    """The provider's models of which any source recorded a price before `at`."""
    rows = (
        select(series.c.model)
        .join(prices, prices.c.series == series.c.id)
        .where(series.c.provider == provider, prices.c.recorded_at < at)
        .distinct()
    )
    return set(connection.scalars(rows))


def lines_before(connection: Connection, keys: Collection[str], at: datetime) -> set[str]:
    """Which of these lines had a price on a page of a provider's before `at`, by series key."""
    rows = (
        select(series.c.key)
        .join(prices, prices.c.series == series.c.id)
        .join(sources, sources.c.id == prices.c.source)
        .where(series.c.key.in_(sorted(keys)), prices.c.recorded_at < at)
        .where(sources.c.kind.not_in(("catalogs", *NEVER_LOOKED_AT)))
        .distinct()
    )
    return set(connection.scalars(rows))


def _open_price(connection: Connection, move: Any) -> Decimal | None:
    return connection.scalar(
        select(prices.c.price).where(
            prices.c.source == move.source,
            prices.c.series == move.series,
            prices.c.valid_to.is_(None),
            prices.c.withdrawn_at.is_(None),
        )
    )


def _open(
    connection: Connection,
    fresh: list[Observation],
    ids: dict[str, int],
    source: str,
    basis: Basis,
    at: datetime,
    snapshot: int,
) -> None:
    rows = [price_row(o, ids[o.series.key], source, basis, at, snapshot) for o in fresh]
    for row in rows:
        if row["valid_from"] < at:  # a day that the page states: never before another price of ours ended
            ended = select(func.max(prices.c.valid_to)).where(
                prices.c.source == source, prices.c.series == row["series"]
            )
            row["valid_from"] = max(row["valid_from"], connection.scalar(ended) or row["valid_from"])
    if rows:
        connection.execute(prices.insert(), rows)


def price_row(
    seen: Observation, series_id: int, source: str, basis: Basis, at: datetime, snapshot: int | None
) -> dict[str, Any]:
    """A price row that holds from the day that the page states, else from now."""
    stated = datetime.fromisoformat(seen.effective_from).replace(tzinfo=UTC) if seen.effective_from else at
    return {
        "source": source,
        "series": series_id,
        "basis": basis.value,
        "price": seen.price,
        "model": seen.model or seen.series.model,
        "label": seen.label,
        "promo_until": seen.promo_until,
        "valid_from": min(stated, at),
        "recorded_at": at,
        "snapshot": snapshot,
        "missing": 0,
    }


def _set_price(connection: Connection, ids: list[int], **values: Any) -> None:
    if ids:
        connection.execute(update(prices).where(prices.c.id.in_(ids)).values(**values))


def _close(connection: Connection, id: int, valid_to: datetime, at: datetime) -> None:
    _set_price(connection, [id], valid_to=valid_to, closed_at=at)
