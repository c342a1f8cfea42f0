"""Prices a page at a time: what people look through, in the order that they choose; nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Join, case, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.operators import desc_op

from tracker.adapters.store.filters import Filters, Sorted, Unindexed, are_few, of_lines, picked
from tracker.adapters.store.moves import DOCUMENTED
from tracker.adapters.store.price_rows import holds_at, select_prices
from tracker.adapters.store.spans import recorded_by, span_of
from tracker.adapters.store.tables import may_hold_now, prices, series, sources
from tracker.domain.spans import Span

MOST_COUNTED = 1_000  # prices that are counted: who wants to know more narrows it down
_METERS = case({"input_mtok": 0, "cache_read_mtok": 1, "output_mtok": 2}, value=series.c.meter, else_=3)
_MODEL: tuple[Any, ...] = (series.c.provider, series.c.model, prices.c.source, series.c.tier)
_MODEL += (series.c.context, series.c.window, series.c.region, series.c.billing, series.c.currency)
_MODEL += (_METERS, series.c.meter)
_AMOUNT, _SINCE, _ID = prices.c.price, prices.c.valid_from, prices.c.id
# Each but the first is an index's, so that a page of few is read and not all prices are sorted.
ORDERS: dict[str, tuple[Any, ...]] = {
    "model": (*_MODEL, _ID),
    "price": (_AMOUNT, _ID),
    "dearest": (_AMOUNT.desc(), _ID.desc()),
    "newest": (_SINCE.desc(), _ID.desc()),
    "oldest": (_SINCE, _ID),
    "any": (),
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
    ids = connection.scalars(_ordered(connection, wanted, order).limit(limit).offset(offset)).all()
    rows = {row.row: row for row in connection.execute(_read(wanted.known).where(prices.c.id.in_(ids)))}
    return [Listed(id, span_of(rows[id], wanted.known)) for id in ids]


def count(connection: Connection, wanted: Wanted) -> int:
    """How many there are; MOST_COUNTED + 1 stands for more."""
    some = _ordered(connection, wanted, "any").limit(MOST_COUNTED + 1)
    return connection.scalar(select(func.count()).select_from(some.subquery())) or 0


def one(connection: Connection, id: int, known_at: datetime) -> Span | None:
    """The price of that number; None where there is none, or it was withdrawn."""
    row = connection.execute(_read(known_at).where(prices.c.id == id)).first()
    return None if row is None else span_of(row, known_at)


def _read(known_at: datetime) -> Any:
    return select_prices(known_at).add_columns(prices.c.label, prices.c.snapshot)


def _ordered(connection: Connection, wanted: Wanted, order: str) -> Any:
    """The ids of all that are wanted: few are found and sorted, many are read in the order of an index."""
    filters, at = wanted.filters, wanted.at or wanted.now
    lines, of = picked(connection, filters), _sources(connection, wanted)
    by_model = order == "model"
    found = select(_ID).where(recorded_by(wanted.known), holds_at(at, wanted.known))
    if by_model or (lines is None and filters.clauses()):
        found = found.join(series, series.c.id == prices.c.series)
    if wanted.at is None and wanted.known_at is None:
        # What holds now has an index of its own.
        found = found.where(may_hold_now)
    found = found.where(*of_lines(prices.c.series, filters, lines))
    if lines is not None or (of is not None and are_few(connection, of)):
        found = found if of is None else found.where(prices.c.source.in_(of))
        return found.order_by(*map(_sorted, ORDERS[order]))
    if order == "any" and len(of or ()) != 1:
        order = "newest"  # in which what holds lies close together
    if of is not None:
        is_one = order in ("model", "any") and len(of) == 1
        found = found.where((prices.c.source if is_one else Unindexed(prices.c.source)).in_(of))
    if by_model:
        by_series = _SeriesFirst(series, prices, series.c.id == prices.c.series)
        found = select(_ID).select_from(by_series).where(found.whereclause)  # type: ignore[arg-type]  # there is one
    elif order == "newest":
        found = found.where(prices.c.valid_from <= _newest(connection, at, wanted.known))
    return found.order_by(*ORDERS[order])


def _newest(connection: Connection, at: datetime, known_at: datetime) -> datetime:
    """The last moment from which a price that is wanted may hold: only facts are recorded before they do."""
    if at <= known_at:
        return at
    ahead = select(func.max(prices.c.valid_from)).where(
        prices.c.source.in_(DOCUMENTED),
        prices.c.valid_from.between(known_at, at),
        prices.c.recorded_at <= known_at,
    )
    return connection.scalar(ahead) or known_at


def _sorted(column: Any) -> Any:
    is_down = getattr(column, "modifier", None) is desc_op
    return Sorted(column.element).desc() if is_down else Sorted(column)


def _sources(connection: Connection, wanted: Wanted) -> list[str] | None:
    """The sources that are wanted; None: all."""
    if not wanted.kind:
        return [wanted.filters.source] if wanted.filters.source else None
    named = select(sources.c.id).where(sources.c.kind == wanted.kind)
    if wanted.filters.source:
        named = named.where(sources.c.id == wanted.filters.source)
    return list(connection.scalars(named))
