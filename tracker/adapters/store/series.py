"""The lines of price lists that prices and moves belong to, each kept once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from scrapers.page import STANDARD, Terms
from tracker.adapters.store import upsert
from tracker.adapters.store.chunks import chunks
from tracker.adapters.store.tables import series
from tracker.domain.model import Series
from tracker.domain.witnesses import fold

_TERMS = (series.c.tier, series.c.context, series.c.window, series.c.region, series.c.billing)
SERIES = (series.c.provider, series.c.model, series.c.meter, *_TERMS, series.c.currency)


def series_of(row: Any) -> Series:
    """The series of a row that selects SERIES."""
    terms = row.tier, row.context, row.window, row.region, row.billing
    return _series(row.provider, row.model, row.meter, terms, row.currency)


@lru_cache(maxsize=16384)
def _series(provider: str, model: str, meter: str, terms: tuple[str, ...], currency: str) -> Series:
    return Series(provider, model, meter, Terms(*terms) if any(terms) else STANDARD, currency)


def series_ids(connection: Connection, wanted: Iterable[Series]) -> dict[str, int]:
    """The ids of the series, made where they are new."""
    by_key = {s.key: s for s in wanted}
    rows = [
        {
            "key": key,
            "provider": s.provider,
            "model": s.model,
            "model_folded": fold(s.model),
            "meter": s.meter,
            "tier": s.terms.tier,
            "context": s.terms.context,
            "window": s.terms.window,
            "region": s.terms.region,
            "billing": s.terms.billing,
            "currency": s.currency,
        }
        for key, s in by_key.items()
    ]
    upsert.ignore(connection, series, rows)
    ids: dict[str, int] = {}
    for keys in chunks(list(by_key)):
        found = select(series.c.key, series.c.id).where(series.c.key.in_(keys))
        ids.update((row.key, row.id) for row in connection.execute(found))
    return ids


def all_models(connection: Connection) -> list[tuple[str, str]]:
    """Every provider and model that has or had a price."""
    rows = connection.execute(select(series.c.provider, series.c.model).distinct())
    return [(row.provider, row.model) for row in rows]
