"""Many questions, all answered as of one moment of the store, whoever writes it meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, make_url, text

from tracker.adapters.store.engine import asking, open_store, told


class _Held(sqlite3.Connection):
    """A connection whose one transaction no question ends."""

    def commit(self) -> None:
        pass

    def rollback(self) -> None:
        pass

    def close(self) -> None:
        pass

    def let_go(self) -> None:
        super().close()


@contextmanager
def one_view(engine: Engine, database_url: str) -> Iterator[Engine]:
    """An engine that only reads, for one question at a time, as the store was when it was made.

    On SQLite the store's log grows until it is given back. Raises TrackerError.
    """
    kind = _postgres if engine.dialect.name == "postgresql" else _sqlite
    with told(engine), kind(engine, database_url) as held:
        yield held


@contextmanager
def _sqlite(engine: Engine, database_url: str) -> Iterator[Engine]:
    uri = f"{Path(make_url(database_url).database or '').absolute().as_uri()}?mode=ro"
    raw = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, factory=_Held)
    try:
        raw.execute("BEGIN")
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the moment is that of the first read
        yield create_engine("sqlite://", creator=lambda: raw, hide_parameters=True, poolclass=StaticPool)
    finally:
        raw.let_go()


@contextmanager
def _postgres(engine: Engine, database_url: str) -> Iterator[Engine]:
    with asking(engine) as connection:
        moment = connection.scalar(text("SELECT pg_export_snapshot()"))
        held = open_store(database_url)

        @event.listens_for(held, "begin")
        def _begin(begun: Connection) -> None:
            begun.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{moment}'")

        try:
            yield held
        finally:
            held.dispose()
