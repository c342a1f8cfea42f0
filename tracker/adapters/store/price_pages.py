"""Prices a page at a time: what people look through, in the order that they choose; nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Join, case, func, select
from sqlalchemy.ext.compiler import compiles

from tracker.adapters.store.price_rows import holds_at, select_prices
from tracker.adapters.store.questions import Filters, narrowed
from tracker.adapters.store.spans import span_of
from tracker.adapters.store.tables import prices, series, sources
from tracker.domain.spans import Span

MOST_COUNTED = 10_000  # prices that are counted, or paged through: who wants more narrows it down
_METERS = case({"input_mtok": 0, "cache_read_mtok": 1, "output_mtok": 2}, value=series.c.meter, else_=3)
_MODEL = (series.c.provider, series.c.model)
_REST: tuple[Any, ...] = (prices.c.source, series.c.tier, series.c.context, series.c.window, series.c.region)
_REST += (series.c.billing, series.c.currency, _METERS, series.c.meter, prices.c.id)
ORDERS: dict[str, tuple[Any, ...]] = {
    "model": (*_MODEL, *_REST),
    "price": (prices.c.price, *_MODEL, *_REST),
    "dearest": (prices.c.price.desc(), *_MODEL, *_REST),
    "newest": (prices.c.valid_from.desc(), *_MODEL, *_REST),
    "oldest": (prices.c.valid_from, *_MODEL, *_REST),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which prices: in force at `at` as recorded by `known_at`; None means now, and as known now."""

    filters: Filters
    now: datetime
    kind: str = ""  # of the source
    at: datetime | None = None
    known_at: datetime | None = None

    @property
    def known(self) -> datetime:
        return self.known_at or self.now


class _SeriesFirst(Join):
    """Prices of series, on SQLite read in the order of an index of series: its planner sorts them all."""

    inherit_cache = True


@compiles(_SeriesFirst, "sqlite")
def _on_sqlite(join: _SeriesFirst, compiler: Any, **how: Any) -> str:
    return str(compiler.visit_join(join, **how)).replace(" JOIN ", " CROSS JOIN ", 1)


class Listed(NamedTuple):
    """A price with its row's number."""

    id: int
    span: Span


def page(connection: Connection, wanted: Wanted, order: str, limit: int, offset: int) -> list[Listed]:
    """So many prices from a place on, in an order of ORDERS."""
    statement = _selected(wanted)
    if order == "model" and not wanted.filters.source and not wanted.kind:
        by_series = _SeriesFirst(series, prices, series.c.id == prices.c.series)
        columns = statement.selected_columns
        statement = select(*columns).select_from(by_series).where(statement.whereclause)
    statement = statement.order_by(*ORDERS[order]).limit(limit).offset(offset)
    return [Listed(row.row, span_of(row, wanted.known)) for row in connection.execute(statement)]


def count(connection: Connection, wanted: Wanted) -> int:
    """How many there are; MOST_COUNTED + 1 stands for more."""
    some = _selected(wanted).with_only_columns(prices.c.id).limit(MOST_COUNTED + 1)
    return connection.scalar(select(func.count()).select_from(some.subquery())) or 0


def one(connection: Connection, id: int, known_at: datetime) -> Span | None:
    """The price of that number; None where there is none, or it was withdrawn."""
    row = connection.execute(_read(known_at).where(prices.c.id == id)).first()
    return None if row is None else span_of(row, known_at)


def _read(known_at: datetime) -> Any:
    return select_prices(known_at).add_columns(prices.c.label, prices.c.snapshot)


def _selected(wanted: Wanted) -> Any:
    found = narrowed(_read(wanted.known), wanted.filters)
    found = found.where(holds_at(wanted.at or wanted.now, wanted.known))
    if wanted.at is None and wanted.known_at is None:
        # What holds now has an index of its own.
        found = found.where(prices.c.valid_to.is_(None), prices.c.withdrawn_at.is_(None))
    if wanted.kind:
        found = found.where(prices.c.source.in_(select(sources.c.id).where(sources.c.kind == wanted.kind)))
    return found
