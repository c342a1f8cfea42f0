"""One tracker a store: an advisory lock that ends with the process that holds it."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from tracker.adapters.store import upsert
from tracker.adapters.store.engine import asking, told
from tracker.adapters.store.tables import daemon
from tracker.domain.errors import Busy, TrackerError

KEY = 0x4C4C4D50  # PostgreSQL's advisory locks are numbers


@contextmanager
def sole(engine: Engine, database_url: str) -> Iterator[Lock]:
    """Hold the store alone among trackers that run on; raises Busy at once where another holds it."""
    url = make_url(database_url)
    lock: Lock
    if url.get_backend_name() == "sqlite":
        lock = FileLock(Path(f"{url.database}.lock"))
    else:
        lock = AdvisoryLock(engine)
    if not lock.take():
        lock.release()
        raise Busy(f"another tracker {_who(engine)} holds this store: stop it first, or use another store")
    try:
        yield lock
    finally:
        lock.release()


class FileLock:
    """flock on a file beside the SQLite store: the kernel frees it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)

    def take(self) -> bool:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def held(self) -> bool:
        return True

    def release(self) -> None:
        os.close(self._fd)


class AdvisoryLock:
    """A PostgreSQL session lock on a connection of its own: the server frees it when the session ends."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Raises TrackerError where the server cannot be reached."""
        self.release()
        with told(self._engine):
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            return bool(self._connection.execute(text(f"SELECT pg_try_advisory_lock({KEY})")).scalar())

    def held(self) -> bool:
        """Whether the lock is still ours; taken anew where the server went away and came back."""
        try:
            assert self._connection is not None
            self._connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, AssertionError):
            return self.take()
        return True

    def release(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # ends the session, and the lock with it
            self._connection.close()
            self._connection = None


Lock = FileLock | AdvisoryLock


def beat(connection: Connection, started_at: datetime, now: datetime) -> None:
    """Say that this tracker runs."""
    here = {"host": socket.gethostname(), "pid": os.getpid(), "started_at": started_at, "beat_at": now}
    upsert.replace(connection, daemon, {"id": 1, **here}, key="id")


def running(connection: Connection) -> Any:
    """The row of the tracker that ran last, or None."""
    return connection.execute(select(daemon)).first()


def _who(engine: Engine) -> str:
    try:
        with asking(engine) as connection:
            row = running(connection)
    except TrackerError:
        return ""
    return f"(process {row.pid} on {row.host})" if row else ""
