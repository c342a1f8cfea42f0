"""What there is by name: for those who search, and for errors that name the nearest; nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, tuple_

from tracker.adapters.store.filters import Filters
from tracker.adapters.store.tables import series, sources
from tracker.domain.witnesses import fold

MOST_COMPARED = 20_000  # names, where none holds the words that are searched for
LIKE = 0.5  # of 1; a name less alike is not offered
_MODEL = (series.c.provider, series.c.model)


class Named(NamedTuple):
    """A model, who sells it, and for what of it a price is recorded."""

    provider: str
    model: str
    meters: tuple[str, ...]


def providers(connection: Connection) -> list[str]:
    """Everybody of whom a price is recorded."""
    return list(connection.scalars(select(series.c.provider).distinct().order_by(series.c.provider)))


def source_ids(connection: Connection) -> list[str]:
    """Everything that ever said a price or will."""
    return list(connection.scalars(select(sources.c.id).order_by(sources.c.id)))


def is_known(connection: Connection, filters: Filters) -> bool:
    """Whether a price was ever recorded of what these filters let through."""
    found = select(series.c.id).where(*filters.clauses()).limit(1)
    return connection.execute(found).first() is not None


def near(connection: Connection, model: str, provider: str, limit: int) -> list[Named]:
    """What may be meant by a model that is none: names that hold its words, else those most like it."""
    words = model.rpartition("/")[2]
    return models(connection, words, provider, limit) or like(connection, words, provider, limit)


def models(connection: Connection, words: str, provider: str, limit: int) -> list[Named]:
    """Models whose name holds the words, without case and punctuation, the shortest names first."""
    if not fold(words):
        return []  # it would be all of them
    found = select(*_MODEL).where(series.c.model_folded.contains(fold(words), autoescape=True))
    if provider:
        found = found.where(series.c.provider == provider.casefold())
    ordered = found.group_by(*_MODEL).order_by(func.length(series.c.model), *_MODEL).limit(limit)
    return _with_meters(connection, connection.execute(ordered).all())


def like(connection: Connection, words: str, provider: str, limit: int) -> list[Named]:
    """Models whose names are most like the words, the likest first."""
    every = select(*_MODEL).distinct().order_by(*_MODEL).limit(MOST_COMPARED)
    if provider:
        every = every.where(series.c.provider == provider.casefold())
    by_name: dict[str, list[Any]] = {}
    for row in connection.execute(every):
        by_name.setdefault(fold(row.model), []).append(row)
    wanted = fold(words)[:64]
    close = get_close_matches(wanted, by_name, limit, LIKE)
    return _with_meters(connection, [row for name in close for row in by_name[name]][:limit])


def _with_meters(connection: Connection, rows: Sequence[Any]) -> list[Named]:
    if not rows:
        return []
    pairs = [(row.provider, row.model) for row in rows]
    metered = select(*_MODEL, series.c.meter).where(tuple_(*_MODEL).in_(pairs)).distinct()
    meters: dict[tuple[str, str], set[str]] = {}
    for row in connection.execute(metered):
        meters.setdefault((row.provider, row.model), set()).add(row.meter)
    return [Named(*pair, tuple(sorted(meters[pair]))) for pair in pairs]
