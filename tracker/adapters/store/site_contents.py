"""What a whole copy of the pages begins with besides its first page: nothing here writes."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from tracker.adapters.store.moves import DOCUMENTED
from tracker.adapters.store.tables import moves, prices, series

AT_A_TIME = 1_000  # rows in memory


def models(connection: Connection) -> Iterator[tuple[str, str]]:
    """Every model with a price that stands, as (provider, model), in this order."""
    priced = select(prices.c.id).where(prices.c.series == series.c.id, prices.c.withdrawn_at.is_(None))
    named = select(series.c.provider, series.c.model).where(priced.exists()).distinct()
    found = named.order_by(series.c.provider, series.c.model).execution_options(yield_per=AT_A_TIME)
    return ((row.provider, row.model) for row in connection.execute(found))


def moves_seen(connection: Connection) -> Iterator[int]:
    """Every move that looks saw, the newest first."""
    found = select(moves.c.id).where(moves.c.source.not_in(DOCUMENTED)).order_by(moves.c.id.desc())
    return iter(connection.scalars(found.execution_options(yield_per=AT_A_TIME)))
