"""What users ask of the store: nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from tracker.adapters.store.moves import DOCUMENTED, move_of, select_moves
from tracker.adapters.store.series import SERIES, series_of
from tracker.adapters.store.spans import like
from tracker.adapters.store.tables import bodies, looks, moves, prices, series, snapshots, sources
from tracker.adapters.store.tables_alerts import alerts, deliveries
from tracker.domain.model import Basis, Move
from tracker.domain.spans import NEVER_LOOKED_AT
from tracker.domain.witnesses import fold


@dataclass(frozen=True, slots=True)
class Filters:
    """What every question can be narrowed to; empty lets everything through. `model` is a glob or a name."""

    provider: str = ""
    model: str = ""
    meter: str = ""
    source: str = ""
    event: str = ""
    status: str = ""  # of a move
    documented: bool = False  # also what facts tell and no look saw
    since: datetime | None = None
    until: datetime | None = None

    def clauses(self) -> list[Any]:
        """For statements that join series; not `since` and `until`, whose column differs."""
        found = []
        if self.provider:
            found.append(series.c.provider == self.provider.casefold())
        if self.meter:
            found.append(series.c.meter == self.meter)
        if self.model:
            found.append(_named(self.model))
        return found


def _named(model: str) -> Any:
    """A model by glob, by name without case and punctuation, or as provider/model."""
    if any(c in model for c in "*?["):
        return like(model)
    provider, _, rest = model.partition("/")
    alone = series.c.model_folded == fold(model)
    if not rest:
        return alone
    return or_(alone, and_(series.c.provider == provider.casefold(), series.c.model_folded == fold(rest)))


def prices_at(
    connection: Connection, at: datetime, known_at: datetime, filters: Filters
) -> list[dict[str, Any]]:
    """The prices that held at `at`, as far as they were recorded by `known_at`."""
    holds = and_(
        prices.c.valid_from <= at,
        or_(prices.c.valid_to.is_(None), prices.c.valid_to > at, prices.c.closed_at > known_at),
        # A fact that was gathered tells of the time until then, and of what it dates itself.
        or_(
            prices.c.basis != Basis.documented.value,
            prices.c.valid_to.is_not(None),
            prices.c.recorded_at >= at - timedelta(days=1),
        ),
    )
    return _prices(connection, known_at, filters, [holds])


def history(connection: Connection, known_at: datetime, filters: Filters) -> list[dict[str, Any]]:
    """Every price that held at some time, oldest first, as recorded by `known_at`."""
    within = []
    if filters.since:
        still_open = or_(prices.c.valid_to.is_(None), prices.c.closed_at > known_at)
        within.append(or_(still_open, prices.c.valid_to > filters.since))
    if filters.until:
        within.append(prices.c.valid_from <= filters.until)
    return _prices(connection, known_at, filters, within)


def _prices(
    connection: Connection, known_at: datetime, filters: Filters, clauses: Sequence[Any]
) -> list[dict[str, Any]]:
    recorded = and_(
        prices.c.recorded_at <= known_at,
        or_(prices.c.withdrawn_at.is_(None), prices.c.withdrawn_at > known_at),
    )
    statement = (
        select(
            prices.c.source,
            prices.c.price,
            prices.c.model.label("printed"),
            prices.c.promo_until,
            prices.c.valid_from,
            prices.c.valid_to,
            prices.c.closed_at,
            prices.c.recorded_at,
            prices.c.basis,
            *SERIES,
        )
        .join(series, series.c.id == prices.c.series)
        .where(recorded, *clauses, *filters.clauses())
        .order_by(series.c.provider, series.c.model, series.c.key, prices.c.source, prices.c.valid_from)
    )
    if filters.source:
        statement = statement.where(prices.c.source == filters.source)
    return [_price(row, known_at) for row in connection.execute(statement)]


def _price(row: Any, known_at: datetime) -> dict[str, Any]:
    s = series_of(row)
    promo = {"promo_until": row.promo_until} if row.promo_until else {}
    over = row.closed_at is not None and row.closed_at <= known_at
    return {
        "provider": s.provider,
        "model": row.printed,
        "meter": s.meter,
        "price": row.price,
        "currency": s.currency,
        "terms": s.terms.as_dict() | promo,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to if over else None,
        "recorded_at": row.recorded_at,
        "source": row.source,
        "basis": row.basis,
    }


def find_moves(connection: Connection, filters: Filters, limit: int | None = None) -> list[Move]:
    """Moves, the newest first; `since` and `until` compare with the day on the provider's side.

    What only the bundled facts tell is among them where it is asked for: `documented`, or their source.
    """
    statement = select_moves().where(*filters.clauses()).order_by(moves.c.at.desc(), moves.c.id.desc())
    if filters.source:
        statement = statement.where(moves.c.source == filters.source)
    elif not filters.documented:
        statement = statement.where(moves.c.source.not_in(DOCUMENTED))
    if filters.event:
        statement = statement.where(moves.c.event == filters.event)
    if filters.status:
        statement = statement.where(moves.c.status == filters.status)
    if filters.since:
        statement = statement.where(moves.c.at >= filters.since)
    if filters.until:
        statement = statement.where(moves.c.at <= filters.until)
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
) -> list[Mapping[str, Any]]:
    """Alerts with their deliveries, the newest first."""
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
        .order_by(alerts.c.id.desc())
        .limit(limit)
    )
    asked = {deliveries.c.state: state, deliveries.c.channel: channel, alerts.c.rule: rule}
    for column, word in (asked | {alerts.c.event: event}).items():
        if word:
            statement = statement.where(column == word)
    return [
        dict(row) | {"next_try": row["next_try"] if row["state"] == "waiting" else None}
        for row in connection.execute(statement).mappings()
    ]


def snapshot_rows(
    connection: Connection, source: str = "", limit: int | None = None
) -> list[Mapping[str, Any]]:
    """Kept pages, the newest first; `size` is in bytes as fetched, `stored` as kept."""
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
