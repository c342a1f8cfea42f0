"""How each source is: what is due, what the last looks came to, what was told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from scrapers.source import Source
from tracker.adapters.store import upsert
from tracker.adapters.store.tables import looks, sources
from tracker.domain.health import LONGEST
from tracker.domain.model import State


def register(connection: Connection, wanted: Iterable[Source], now: datetime) -> None:
    """Make the rows of new sources, and bring the others to what the settings say now.

    A look is due no later than these settings have it, however late the last ones, or a clock that was
    wrong, had put it; where the page is another one, it is due at once.
    """
    wanted = list(wanted)
    there = {row.id: row for row in connection.execute(select(sources))}
    upsert.ignore(connection, sources, [_first_row(s, now) for s in wanted if s.id not in there])
    for source in wanted:
        row = there.get(source.id)
        if row is None:
            continue
        provider, url = source.provider or source.id, source.shown_url
        due = now if row.url != url else _no_later(row, source, now)
        if (row.provider, row.url, row.due) != (provider, url, due):
            set_to(connection, source.id, url=url, provider=provider, due=due)


def _no_later(row: Row[Any], source: Source, now: datetime) -> datetime:
    due: datetime = row.due
    if row.last_look is None:
        return due
    if row.last_look > now:
        return now  # the clock was ahead
    return min(due, now + (LONGEST if row.fails else source.every))


def _first_row(source: Source, now: datetime) -> dict[str, Any]:
    return {
        "id": source.id,
        "kind": source.kind,
        "provider": source.provider or source.id,
        "url": source.shown_url,
        "state": State.never.value,
        "state_since": now,
        "due": now,
        "last_outcome": "",
        "outcome_kind": "",
        "fails": 0,
        "told": "",
        "offers": 0,
        "readers": "",
        "dated": False,
        "etag": "",
        "last_modified": "",
    }


def get(connection: Connection, source: str, *, lock: bool = True) -> Row[Any]:
    """The row of one source, locked until the transaction ends (SQLite: the whole store is)."""
    statement = select(sources).where(sources.c.id == source)
    return connection.execute(statement.with_for_update() if lock else statement).one()


def due(connection: Connection, ids: Sequence[str], now: datetime, limit: int) -> list[str]:
    """The sources whose look is due, the longest waiting first; `ids` are those that are enabled."""
    wanted = set(ids)
    rows = connection.execute(
        select(sources.c.id).where(sources.c.due <= now).order_by(sources.c.due, sources.c.id)
    ).scalars()
    return [id for id in rows if id in wanted][:limit]


def next_due(connection: Connection, ids: Sequence[str]) -> datetime | None:
    """When the next look is due."""
    wanted = set(ids)
    rows = connection.execute(select(sources.c.id, sources.c.due).order_by(sources.c.due))
    return next((row.due for row in rows if row.id in wanted), None)


def set_to(connection: Connection, source: str, **columns: Any) -> None:
    """Set columns of one source."""
    connection.execute(update(sources).where(sources.c.id == source).values(**columns))


def looked(
    connection: Connection, source: str, at: datetime, outcome: str, words: str, snapshot: int | None
) -> None:
    """Add a look; a run of equal outcomes stays one row."""
    last = connection.execute(
        select(looks).where(looks.c.source == source).order_by(looks.c.id.desc()).limit(1)
    ).first()
    same = last is not None and (last.outcome, last.words, last.snapshot) == (outcome, words, snapshot)
    if last is not None and same:
        connection.execute(
            update(looks).where(looks.c.id == last.id).values(last_at=at, times=looks.c.times + 1)
        )
    else:
        connection.execute(
            looks.insert().values(
                source=source,
                first_at=at,
                last_at=at,
                times=1,
                outcome=outcome,
                words=words,
                snapshot=snapshot,
            )
        )
