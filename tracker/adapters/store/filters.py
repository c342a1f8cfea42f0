"""What questions about prices and moves can be narrowed to, and how the store finds so much and no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import gt
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select
from sqlalchemy.ext.compiler import compiles

from tracker.adapters.store.spans import like
from tracker.adapters.store.tables import prices, series
from tracker.domain.witnesses import fold

# A question either names few lines, which are picked first and read one by one, or it goes along an index in
# the order that is asked for until a page is full. SQLite counts nothing beforehand: it is told which.
MOST_PICKED = 5_000  # lines, or prices of a source, that are read one by one


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
    provider, _, rest = model.partition("/")
    alone, of_provider = _is(model), series.c.provider == provider.casefold()
    return or_(alone, and_(of_provider, _is(rest))) if rest else alone


def _is(name: str) -> Any:
    return like(name) if any(c in name for c in "*?") else series.c.model_folded == fold(name)


def picked(connection: Connection, filters: Filters) -> list[int] | None:
    """The ids of the lines that a question names; None where it names none, or more than MOST_PICKED."""
    clauses = filters.clauses()
    if not clauses:
        return None
    ids = connection.scalars(select(series.c.id).where(*clauses).limit(MOST_PICKED + 1)).all()
    return list(ids) if len(ids) <= MOST_PICKED else None


def of_lines(column: Any, filters: Filters, lines: list[int] | None) -> list[Any]:
    """That a row belongs to the lines of a question, by `picked`, or by a join with series."""
    return filters.clauses() if lines is None else [column.in_(lines)]


def are_few(connection: Connection, ids: list[str]) -> bool:
    """Whether these sources list so few prices now that all of theirs can be read."""
    open_now = prices.c.valid_to.is_(None), prices.c.withdrawn_at.is_(None)
    found = select(prices.c.series).where(prices.c.source.in_(ids), *open_now).limit(MOST_PICKED + 1)
    return len(connection.execute(found).all()) <= MOST_PICKED


def beyond(columns: Sequence[Any], last: Sequence[Any], goes_on: Callable[[Any, Any], Any] = gt) -> Any:
    """Rows after the last one of a page that is ordered by these, upwards or (`lt`) downwards."""
    column, *rest = columns
    if not rest:
        return goes_on(column, last[0])
    same = and_(column == last[0], beyond(rest, last[1:], goes_on))
    # Said first by itself, so that an index is entered where the page before ended.
    from_there = column >= last[0] if goes_on is gt else column <= last[0]
    return and_(from_there, or_(goes_on(column, last[0]), same))


class Unindexed(ColumnElement[Any]):
    """A column by which no index is chosen to find rows: on SQLite; PostgreSQL goes by its own counts."""

    inherit_cache = False

    def __init__(self, column: Any) -> None:
        self.column = column
        self.type = column.type


class Sorted(Unindexed):
    """A column by which rows are sorted that were found by another: no database goes along an index of it."""

    inherit_cache = False


@compiles(Unindexed)
def _as_it_is(element: Unindexed, compiler: Any, **how: Any) -> str:
    return str(compiler.process(element.column, **how))


@compiles(Unindexed, "sqlite")
def _on_sqlite(element: Unindexed, compiler: Any, **how: Any) -> str:
    return f"+{compiler.process(element.column, **how)}"


@compiles(Sorted, "postgresql")
def _on_postgresql(element: Sorted, compiler: Any, **how: Any) -> str:
    return f"(SELECT {compiler.process(element.column, **how)})"
