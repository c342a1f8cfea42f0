"""Opens the store, begins its transactions, and says in one sentence what is wrong with it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, EPERM, EROFS
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.pool import QueuePool

from tracker.domain.errors import (
    BadSettings,
    Busy,
    Denied,
    Missing,
    RowRefused,
    StoreTrouble,
    TrackerError,
)

LOCK_WAIT_S = 5.0  # how long a writer waits for another process before it says so
LOCKED = "the store is locked by another process for more than {:g} s: try again"


def open_store(database_url: str) -> Engine:
    """An engine for `database_url` (sqlite or postgresql+psycopg); creates a SQLite file that is not there.

    Raises TrackerError. The schema is not touched: see `migrate`.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return _sqlite(Path(url.database or ""))
    try:
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=4,
            connect_args={
                "connect_timeout": 5,
                "application_name": "llm-price-tracker",
                "client_encoding": "utf8",
            },
        )
    except (NoSuchModuleError, ImportError) as e:
        raise BadSettings(
            "database_url names an unknown database; sqlite:/// and postgresql:// are known"
        ) from e

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: object) -> None:
        raw.execute(f"SET lock_timeout = {int(LOCK_WAIT_S * 1000)}")
        raw.commit()

    return engine


def _sqlite(path: Path) -> Engine:
    inode = _create(path)

    def connect() -> sqlite3.Connection:
        # mode=rw: a file that vanished is an error, never a new and empty store.
        uri = f"{path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(
            uri, uri=True, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False
        )

    engine = create_engine(
        "sqlite://", creator=connect, hide_parameters=True, poolclass=QueuePool, pool_size=4
    )

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: object) -> None:
        raw.execute(f"PRAGMA busy_timeout = {int(LOCK_WAIT_S * 1000)}")
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        try:
            if path.stat().st_ino != inode:
                raise StoreTrouble(f"{path} is no longer the file that was opened: restart the tracker")
        except FileNotFoundError as e:
            raise StoreTrouble(f"the store {path} has vanished: put the file back, or restart") from e
        reading = connection.get_execution_options().get("reading", False)
        # IMMEDIATE: a transaction that reads first and writes later is refused at once otherwise.
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _create(path: Path) -> int:
    """The inode of the file, made with its folder if no tracker ever ran on it."""
    lock = Path(f"{path}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if lock.exists() and not path.exists():
            raise Missing(
                f"the store {path} is gone, though a tracker ran on it: put it back, "
                f"or delete {lock} to begin anew"
            )
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o640))
        for needed in (path.parent, lock, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if needed.exists() and not os.access(needed, os.W_OK):
                raise PermissionError(EACCES, "", str(needed))
        return path.stat().st_ino
    except IsADirectoryError as e:
        raise BadSettings(f"{path} is a folder: database_url must name a file") from e
    except OSError as e:
        if e.errno in (EACCES, EPERM, EROFS):
            there = e.filename if os.path.exists(e.filename) else path.parent  # noqa: PTH110
            raise Denied(_denied(there)) from e
        raise Missing(f"cannot open the store {path}: {e.strerror}") from e


def _denied(what: str | Path) -> str:
    uid = os.getuid() if hasattr(os, "getuid") else "?"
    return (
        f"cannot write {what} as user {uid}: give that user write access, or set TRACKER_DATA_DIR "
        "to a folder that it may write"
    )


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction; raises TrackerError with a sentence in place of the database's own errors."""
    with told(engine), engine.begin() as connection:
        yield connection


@contextmanager
def trying(engine: Engine) -> Iterator[Connection]:
    """One transaction that is taken back at its end: what would be, without it being so."""
    with told(engine), engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()


@contextmanager
def asking(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the store; nothing is written."""
    with told(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.execution_options(reading=True).begin():
            yield connection


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Raises TrackerError in place of the database's own errors."""
    try:
        yield
    except DBAPIError as e:
        raise trouble(engine, e) from e
    except sqlite3.Error as e:  # raised before SQLAlchemy wraps it: while connecting
        raise _sqlite_trouble(str(e)) from e
    except StatementError as e:  # a value that a column type refuses
        raise RowRefused(f"the store refuses a value ({e.orig}): this is a fault of the tracker") from e
    except SQLAlchemyError as e:
        raise StoreTrouble(f"the store failed: {type(e).__name__}") from e


def trouble(engine: Engine, error: DBAPIError) -> TrackerError:
    """What a person must know of a database error: never its parameters."""
    words = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
    if isinstance(error, (IntegrityError, DataError)):
        return RowRefused(
            f"the store refuses a row ({words}): this is a fault of the tracker, please report it"
        )
    if engine.dialect.name == "sqlite":
        return _sqlite_trouble(words)
    if error.connection_invalidated or "connection" in words.lower():
        return StoreTrouble(
            "PostgreSQL cannot be reached: start it, or mend database_url; looks go on when it is back"
        )
    if "lock timeout" in words:
        return Busy(LOCKED.format(LOCK_WAIT_S))
    if "password" in words or "authentication" in words:
        return BadSettings("PostgreSQL refuses the user or the password of database_url")
    return StoreTrouble(f"PostgreSQL failed: {words}")


def _sqlite_trouble(words: str) -> TrackerError:
    if "locked" in words or "busy" in words:
        return Busy(LOCKED.format(LOCK_WAIT_S))
    if "full" in words:
        return StoreTrouble("disk full: make room where the store lies; looks go on when there is room")
    if "disk I/O" in words:
        return StoreTrouble("the disk refuses to write the store (full, or broken): make room and try again")
    if "readonly" in words or "read-only" in words:
        return Denied("the store is read-only: give the tracker's user write access")
    if "unable to open" in words:
        return StoreTrouble("the store cannot be opened: it has vanished, or its folder cannot be written")
    if "malformed" in words or "not a database" in words:
        return BadSettings("the store is damaged, or not a tracker's: restore it from a backup")
    return StoreTrouble(f"the store failed: {words}")
