"""What users ask of the store: nothing here writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import lt
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from tracker.adapters.store.filters import Filters, Sorted, Unindexed, beyond, of_lines, picked
from tracker.adapters.store.moves import DOCUMENTED, move_of, select_moves
from tracker.adapters.store.price_rows import holds_at, price_of, select_prices
from tracker.adapters.store.spans import ends_after
from tracker.adapters.store.tables import bodies, looks, moves, prices, series, snapshots, sources
from tracker.adapters.store.tables_alerts import alerts, deliveries
from tracker.domain.model import Move
from tracker.domain.spans import NEVER_LOOKED_AT
from tracker.domain.witnesses import fold

_BY_NAME = (series.c.provider, series.c.model, series.c.key, prices.c.source, prices.c.valid_from)


def prices_at(
    connection: Connection,
    at: datetime,
    known_at: datetime,
    filters: Filters,
    *,
    after: tuple[int, int] | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """The prices that held at `at`, as far as they were recorded by `known_at`.

    With a limit: line by line, after the (line, row) of the page before, each with both as `line` and `row`.
    """
    statement = select_prices(known_at).where(holds_at(at, known_at))
    if limit is None:
        found = connection.execute(narrowed(statement, filters).order_by(*_BY_NAME))
        return [price_of(row, known_at) for row in found]
    statement = narrowed(statement, filters, picked(connection, filters))
    by_line = (prices.c.series, prices.c.id)
    if after is not None:
        statement = statement.where(beyond(by_line, after))
    return _listed(connection, statement.order_by(*by_line).limit(limit), known_at)


def history(
    connection: Connection,
    known_at: datetime,
    filters: Filters,
    *,
    after: tuple[int, datetime, int] | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Every price that held at some time, series by series, oldest first, as recorded by `known_at`.

    With a limit: after the (line, valid_from, row) of the page before, each with its `line` and `row`.
    """
    statement = select_prices(known_at)
    if filters.since:
        statement = statement.where(ends_after(filters.since, known_at))
    if filters.until:
        statement = statement.where(Unindexed(prices.c.valid_from) <= filters.until)
    if limit is None:
        found = connection.execute(narrowed(statement, filters).order_by(*_BY_NAME))
        return [price_of(row, known_at) for row in found]
    statement = narrowed(statement, filters, picked(connection, filters))
    by_line = (prices.c.series, prices.c.valid_from, prices.c.id)
    if after is not None:
        statement = statement.where(beyond(by_line, after))
    return _listed(connection, statement.order_by(*by_line).limit(limit), known_at)


def narrowed(statement: Any, filters: Filters, lines: list[int] | None = None) -> Any:
    """Prices that a question asks for, of these lines where they are picked; its days apart."""
    statement = statement.where(*of_lines(prices.c.series, filters, lines))
    return statement.where(prices.c.source == filters.source) if filters.source else statement


def _listed(connection: Connection, statement: Any, known_at: datetime) -> list[dict[str, Any]]:
    """A page of prices, each with where it stands in the order of lines."""
    rows = connection.execute(statement.add_columns(prices.c.series.label("line")))
    return [price_of(row, known_at) | {"line": row.line, "row": row.row} for row in rows]


def find_moves(
    connection: Connection,
    filters: Filters,
    limit: int | None = None,
    before: tuple[datetime, int] | None = None,
) -> list[Move]:
    """Moves, the newest first; `since` and `until` compare with the day on the provider's side.

    `before` is the (at, id) of the last one of the page before. What only the bundled facts tell is
    among them where it is asked for: `documented`, or their source.
    """
    lines = picked(connection, filters)
    kept: Callable[[Any], Any] = (lambda column: column) if lines is None else Unindexed
    newest = (moves.c.at, moves.c.id) if lines is None else (Sorted(moves.c.at), Sorted(moves.c.id))
    statement = select_moves().where(*of_lines(moves.c.series, filters, lines))
    statement = statement.order_by(*(column.desc() for column in newest))
    if filters.source:
        statement = statement.where(kept(moves.c.source) == filters.source)
    elif not filters.documented:
        statement = statement.where(Unindexed(moves.c.source).not_in(DOCUMENTED))
    if filters.event:
        statement = statement.where(kept(moves.c.event) == filters.event)
    if filters.status:
        statement = statement.where(kept(moves.c.status) == filters.status)
    if filters.since:
        statement = statement.where(kept(moves.c.at) >= filters.since)
    if filters.until:
        statement = statement.where(kept(moves.c.at) <= filters.until)
    if before:
        statement = statement.where(beyond((kept(moves.c.at), kept(moves.c.id)), before, lt))
    return [move_of(row) for row in connection.execute(statement.limit(limit))]


def nearest_models(connection: Connection, model: str, limit: int = 3) -> list[str]:
    """Known models whose name holds the words that were asked for: for an error that helps."""
    wanted = fold(model.rpartition("/")[2])
    rows = connection.execute(
        select(series.c.provider, series.c.model)
        .where(series.c.model_folded.contains(wanted, autoescape=True))
        .distinct()
        .order_by(func.length(series.c.model))
        .limit(limit)
    )
    return [f"{row.provider}/{row.model}" for row in rows]


def source_rows(connection: Connection) -> dict[str, Row[Any]]:
    """How each source that is there to be looked at is, by id."""
    looked_at = select(sources).where(sources.c.kind.not_in(NEVER_LOOKED_AT)).order_by(sources.c.id)
    return {row.id: row for row in connection.execute(looked_at)}


def alert_rows(
    connection: Connection,
    state: str = "",
    limit: int | None = None,
    *,
    channel: str = "",
    rule: str = "",
    event: str = "",
    after: str = "",
) -> list[Mapping[str, Any]]:
    """Alerts with their deliveries, the newest first; `after` is the last one of the page before."""
    statement = (
        select(
            deliveries.c.id,
            alerts.c.created_at,
            deliveries.c.channel,
            alerts.c.rule,
            alerts.c.subject,
            deliveries.c.state,
            deliveries.c.attempts,
            deliveries.c.next_try,
            deliveries.c.last_error,
            alerts.c.event,
            deliveries.c.part_of,
        )
        .join(alerts, alerts.c.id == deliveries.c.alert)
        .order_by(alerts.c.id.desc(), deliveries.c.id)
        .limit(limit)
    )
    asked = {deliveries.c.state: state, deliveries.c.channel: channel, alerts.c.rule: rule}
    for column, word in (asked | {alerts.c.event: event}).items():
        if word:
            statement = statement.where(column == word)
    if after:
        last = select(deliveries.c.alert).where(deliveries.c.id == after).scalar_subquery()
        same_alert = and_(alerts.c.id == last, deliveries.c.id > after)
        statement = statement.where(or_(alerts.c.id < last, same_alert))
    return [
        dict(row) | {"next_try": row["next_try"] if row["state"] == "waiting" else None}
        for row in connection.execute(statement).mappings()
    ]


def snapshot_rows(
    connection: Connection, source: str = "", limit: int | None = None, before: int | None = None
) -> list[Mapping[str, Any]]:
    """Kept pages, the newest first, below the id `before`; `size` in bytes as fetched, `stored` as kept."""
    statement = (
        select(
            snapshots.c.id,
            snapshots.c.source,
            snapshots.c.at,
            snapshots.c.url,
            snapshots.c.media_type,
            snapshots.c.notes,
            snapshots.c.sha256,
            bodies.c.size,
            func.length(bodies.c.data).label("stored"),
        )
        .join(bodies, bodies.c.sha256 == snapshots.c.sha256)
        .order_by(snapshots.c.id.desc())
        .limit(limit)
    )
    if source:
        statement = statement.where(snapshots.c.source == source)
    if before is not None:
        statement = statement.where(snapshots.c.id < before)
    return [dict(row) for row in connection.execute(statement).mappings()]


def look_rows(connection: Connection, source: str, limit: int = 50) -> list[Mapping[str, Any]]:
    """What the last looks at a source came to, a run of equal ones a row, the newest first."""
    columns = (
        looks.c.first_at,
        looks.c.last_at,
        looks.c.times,
        looks.c.outcome,
        looks.c.words,
        looks.c.snapshot,
    )
    statement = select(*columns).where(looks.c.source == source).order_by(looks.c.id.desc()).limit(limit)
    return [dict(row) for row in connection.execute(statement).mappings()]
