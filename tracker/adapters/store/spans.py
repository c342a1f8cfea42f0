"""Prices for as long as they held, of whatever source, as they were recorded by a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select

from tracker.adapters.store.series import SERIES, series_of
from tracker.adapters.store.tables import prices, series
from tracker.domain.model import Basis
from tracker.domain.spans import Span
from tracker.domain.witnesses import fold

PRICE = (
    prices.c.source,
    prices.c.basis,
    prices.c.price,
    prices.c.model.label("printed"),
    prices.c.label,
    prices.c.promo_until,
    prices.c.valid_from,
    prices.c.valid_to,
    prices.c.recorded_at,
    prices.c.closed_at,
    prices.c.snapshot,
)


def spans_of(
    connection: Connection,
    known_at: datetime,
    *,
    providers: Collection[str] = (),
    models: Collection[str] = (),
    meters: Collection[str] = (),
    globs: Collection[str] = (),
    standard: bool = False,
    since: datetime | None = None,
    at: Collection[datetime] = (),
) -> list[Span]:
    """What every source says of these series, as it was recorded by `known_at`; no argument narrows nothing.

    A model is "provider/model" or a model of any provider, without case and punctuation; one of `globs` must
    fit it, too, where none has brackets: who asks with these looks at the names again. `standard` leaves out
    other tiers, contexts, windows and regions; `since` what had ended by then; `at` what holds at none of
    these moments. In order of series, then of `valid_from`: spans of one source do not overlap, those of
    several do.
    """
    named = _named(providers, models, meters, standard)
    if globs and not any("[" in glob for glob in globs):
        named.append(or_(*(like(glob) for glob in globs)))
    statement = _spans(known_at, named)
    if since is not None:
        statement = statement.where(ends_after(since, known_at))
    if at:
        holds = (and_(prices.c.valid_from <= m, ends_after(m, known_at)) for m in at)
        statement = statement.where(or_(*holds))
    return [span_of(row, known_at) for row in connection.execute(statement)]


def recorded_by(known_at: datetime) -> Any:
    """Whether a price was recorded by then, and not withdrawn again."""
    stands = or_(prices.c.withdrawn_at.is_(None), prices.c.withdrawn_at > known_at)
    return and_(prices.c.recorded_at <= known_at, stands)


def ends_after(moment: datetime, known_at: datetime) -> Any:
    """Whether a price was not known to have ended by a moment."""
    return or_(prices.c.valid_to.is_(None), prices.c.closed_at > known_at, prices.c.valid_to > moment)


def like(glob: str) -> Any:
    """Whether a model's name fits a glob of * and ?, which are all that is not a letter of the name."""
    escaped = glob.casefold().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return series.c.model.like(escaped.replace("*", "%").replace("?", "_"), escape="\\")


def span_of(row: Any, known_at: datetime) -> Span:
    """A row that selects PRICE and SERIES, with its end only where that was known."""
    is_over = row.closed_at is not None and row.closed_at <= known_at
    return Span(
        series=series_of(row),
        price=row.price,
        valid_from=row.valid_from,
        valid_to=row.valid_to if is_over else None,
        model=row.printed,
        label=row.label,
        promo_until=row.promo_until,
        snapshot=row.snapshot,
        source=row.source,
        basis=Basis(row.basis),
        recorded_at=row.recorded_at,
        row=row.row,
    )


def _spans(known_at: datetime, narrowed: list[Any]) -> Select[Any]:
    return (
        select(prices.c.id.label("row"), *PRICE, *SERIES)
        .join(series, series.c.id == prices.c.series)
        .where(recorded_by(known_at), *narrowed)
        .order_by(series.c.provider, series.c.model, series.c.id, prices.c.valid_from, prices.c.id)
    )


def _named(
    providers: Collection[str], models: Collection[str], meters: Collection[str], standard: bool
) -> list[Any]:
    found: list[Any] = []
    if providers:
        found.append(series.c.provider.in_(sorted(p.casefold() for p in providers)))
    if models:
        named = [model.partition("/") for model in models]
        # By itself too, so that the index of names is used whatever follows.
        found.append(series.c.model_folded.in_(sorted({fold(rest or first) for first, _, rest in named})))
        anywhere = [fold(first) for first, _, rest in named if not rest]
        of_one = [
            and_(series.c.provider == first.casefold(), series.c.model_folded == fold(rest))
            for first, _, rest in named
            if rest
        ]
        found.append(or_(series.c.model_folded.in_(anywhere), *of_one))
    if meters:
        found.append(series.c.meter.in_(sorted(meters)))
    if standard:
        found += [c == "" for c in (series.c.tier, series.c.context, series.c.window, series.c.region)]
    return found
