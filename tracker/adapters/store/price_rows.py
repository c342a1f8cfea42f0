"""Rows of prices as questions ask for them: as they held, and as they were known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from tracker.adapters.store.filters import Unindexed
from tracker.adapters.store.series import SERIES, series_of
from tracker.adapters.store.spans import ends_after, recorded_by
from tracker.adapters.store.tables import prices, series
from tracker.domain.in_force import TOLD_FOR
from tracker.domain.model import Basis


def select_prices(known_at: datetime) -> Any:
    """Prices with their series, as far as they were recorded by `known_at`; `price_of` reads a row of it."""
    return (
        select(
            prices.c.id.label("row"),
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
        .where(recorded_by(known_at))
    )


def holds_at(at: datetime, known_at: datetime) -> Any:
    """Whether a price held at `at`, as was known then."""
    return and_(
        Unindexed(prices.c.valid_from) <= at,
        ends_after(at, known_at),
        # What a gathered fact tells for: see in_force.
        or_(
            prices.c.basis != Basis.documented.value,
            prices.c.valid_to.is_not(None),
            prices.c.recorded_at >= at - TOLD_FOR,
        ),
    )


def price_of(row: Any, known_at: datetime) -> dict[str, Any]:
    """A price as `prices --json` prints it."""
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
