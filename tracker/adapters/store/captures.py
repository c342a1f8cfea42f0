"""Captures of an archive: each a row from the moment it was asked for, well or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from tracker.adapters.store import snapshots, upsert
from tracker.adapters.store.tables_judged import captures
from tracker.domain.model import Snapshot, text

FETCHED = "fetched"  # and not read yet
LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """One capture as it stands in the store; without a snapshot its bytes could not be had."""

    key: str
    at: datetime
    digest: str
    outcome: str
    words: str
    snapshot: int | None


def kept(connection: Connection, source: str) -> list[Kept]:
    """The captures of a source, in the order of time."""
    columns = captures.c.key, captures.c.at, captures.c.digest, captures.c.outcome, captures.c.words
    statement = select(*columns, captures.c.snapshot).where(captures.c.source == source)
    return [Kept(*row) for row in connection.execute(statement.order_by(captures.c.at, captures.c.key))]


def keep(
    connection: Connection, source: str, key: str, digest: str, page: Snapshot, recorded_at: datetime
) -> int:
    """Keep a capture's bytes and its row, in one transaction; the id of the snapshot."""
    id = snapshots.keep(connection, source, page)
    note(connection, source, key, page.at, digest, recorded_at, snapshot=id)
    return id


def note(
    connection: Connection,
    source: str,
    key: str,
    at: datetime,
    digest: str,
    recorded_at: datetime,
    *,
    outcome: str = FETCHED,
    words: str = "",
    snapshot: int | None = None,
) -> None:
    """Add the row of a capture, or bring the one that is there to what came of another try."""
    row: dict[str, Any] = {"outcome": outcome, "words": text(words, LONGEST_WORDS)}
    row |= {"snapshot": snapshot, "recorded_at": recorded_at}
    same = (captures.c.source == source) & (captures.c.key == key)
    if not connection.execute(update(captures).where(same).values(**row)).rowcount:
        upsert.ignore(connection, captures, {"source": source, "key": key, "at": at, "digest": digest} | row)


def set_outcomes(connection: Connection, source: str, read: Mapping[str, tuple[str, str]]) -> None:
    """Note what reading the captures came to, by their keys: outcome and words; what is equal stays."""
    for one in kept(connection, source):
        outcome, words = read.get(one.key, (one.outcome, one.words))
        words = text(words, LONGEST_WORDS)
        if (outcome, words) != (one.outcome, one.words):
            same = (captures.c.source == source) & (captures.c.key == one.key)
            connection.execute(update(captures).where(same).values(outcome=outcome, words=words))
