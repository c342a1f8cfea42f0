"""How each source is: what is due, what the last looks came to, what was told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from scrapers.source import Source
from tracker.adapters.store import upsert
from tracker.adapters.store.tables import looks, sources
from tracker.domain.health import LONGEST
from tracker.domain.model import State

# Made once: making them costs more than running them.
_ONE = select(sources).where(sources.c.id == bindparam("id"))
_LOCKED = _ONE.with_for_update()
_LAST_LOOK = select(func.max(looks.c.id)).where(looks.c.source == bindparam("source_id")).scalar_subquery()
_SAME_LOOK = (
    update(looks)
    .where(
        looks.c.id == _LAST_LOOK,
        looks.c.outcome == bindparam("said"),
        looks.c.words == bindparam("in_words"),
        looks.c.snapshot.is_not_distinct_from(bindparam("of", type_=looks.c.snapshot.type)),
    )
    .values(last_at=bindparam("at"), times=looks.c.times + 1)
)
_NEW_LOOK = looks.insert()
_UNCHANGED = (
    update(sources)
    .where(sources.c.id == bindparam("source_id"))
    .values(last_look=bindparam("at"), last_well=bindparam("at"), due=bindparam("again"))
    .returning(sources.c.last_outcome, sources.c.well_snapshot)
)


def register(connection: Connection, wanted: Iterable[Source], now: datetime) -> None:
    """Make the rows of new sources, and bring the others to what the settings say now.

    A look is due no later than these settings have it, however late the last ones, or a clock that was
    wrong, had put it; where the page is another one, it is due at once.
    """
    wanted = list(wanted)
    there = {row.id: row for row in connection.execute(select(sources))}
    new = [s for s in wanted if s.id not in there]
    rows = [first_row(s.id, s.kind, s.provider or s.id, s.shown_url, now) for s in new]
    upsert.ignore(connection, sources, rows)
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


def first_row(id: str, kind: str, provider: str, url: str, now: datetime) -> dict[str, Any]:
    """The row of a source that nobody has looked at yet."""
    return {
        "id": id,
        "kind": kind,
        "provider": provider,
        "url": url,
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
    return connection.execute(_LOCKED if lock else _ONE, {"id": source}).one()


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


def readers(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Which readers read these sources last, by id; empty where none did."""
    wanted = set(ids)
    statement = select(sources.c.id, sources.c.readers)
    if len(wanted) == 1:
        statement = statement.where(sources.c.id == ids[0])
    return {row.id: row.readers for row in connection.execute(statement) if row.id in wanted}


def reached(connection: Connection, since: datetime) -> tuple[int, int]:
    """How many sources were looked at since then, and how many of them were well."""
    count = select(func.count()).select_from(sources)
    looked = connection.scalar(count.where(sources.c.last_look >= since)) or 0
    return looked, connection.scalar(count.where(sources.c.last_well >= since)) or 0


def is_told(connection: Connection, trouble: str) -> bool:
    """Whether this trouble was told of any source and is not over."""
    return connection.scalar(select(sources.c.id).where(sources.c.told == trouble).limit(1)) is not None


def well_before(connection: Connection, ids: Sequence[str], moment: datetime) -> list[Row[Any]]:
    """The sources of these whose last good look is older than a moment, and of which no trouble was told."""
    old = (sources.c.last_well < moment, sources.c.told == "", sources.c.id.in_(ids))
    return list(connection.execute(select(sources).where(*old).order_by(sources.c.id)))


def forget(connection: Connection, trouble: str) -> None:
    """A trouble that was told of all sources is over: what still fails is told by itself."""
    connection.execute(update(sources).where(sources.c.told == trouble).values(told=""))


def set_to(connection: Connection, source: str, **columns: Any) -> None:
    """Set columns of one source."""
    connection.execute(update(sources).where(sources.c.id == source).values(**columns))


def unchanged(connection: Connection, source: str, at: datetime, due: datetime) -> Row[Any]:
    """Note a look that found what was read well before: the words of that reading, and its snapshot."""
    return connection.execute(_UNCHANGED, {"source_id": source, "at": at, "again": due}).one()


def looked(
    connection: Connection, source: str, at: datetime, outcome: str, words: str, snapshot: int | None
) -> None:
    """Add a look; a run of equal outcomes stays one row."""
    same = {"source_id": source, "said": outcome, "in_words": words, "of": snapshot, "at": at}
    if connection.execute(_SAME_LOOK, same).rowcount:
        return
    row = {"source": source, "first_at": at, "last_at": at, "times": 1}
    row |= {"outcome": outcome, "words": words, "snapshot": snapshot}
    connection.execute(_NEW_LOOK, row)
