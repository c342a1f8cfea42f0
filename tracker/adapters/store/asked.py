"""Answers a person's own SQL over the views, within limits, and gives whole views to exports."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Error as PostgresError
from psycopg.errors import QueryCanceled
from sqlalchemy import Engine, make_url

from tracker.adapters.store import views_postgres, views_sqlite
from tracker.adapters.store.engine import told
from tracker.adapters.store.views import NAMES
from tracker.domain.errors import QueryRefused

SECONDS = 2.0
MOST_ROWS = 10_000
MOST_BYTES = 10 * 1024 * 1024
LONGEST = 20_000  # characters of a statement
_TOO_LONG = f"the query ran for longer than {SECONDS:g} s and was stopped: narrow it"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query came to; `cut` says by which limit, where there was more."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    cut: str = ""


def answer(engine: Engine, database_url: str, statement: str, limit: int = MOST_ROWS) -> Answer:
    """The rows of one SELECT over the views. Raises QueryRefused for others, and what takes too long."""
    if len(statement) > LONGEST:
        raise QueryRefused(f"the query is longer than {LONGEST} characters")
    if "\0" in statement or not statement.strip():
        raise QueryRefused("write one SELECT, such as: SELECT * FROM current_prices")
    if engine.dialect.name == "postgresql":
        return _by_postgres(engine, statement, limit)
    return _by_sqlite(engine, database_url, statement, limit)


def _by_sqlite(engine: Engine, database_url: str, statement: str, limit: int) -> Answer:
    with told(engine), views_sqlite.viewed(_path(database_url)) as connection:
        views_sqlite.confine(connection, SECONDS)
        try:
            cursor = connection.execute(statement)
            return _gathered(_names(_columns(cursor)), cursor, limit)
        except (sqlite3.Error, sqlite3.Warning, UnicodeError) as e:
            raise QueryRefused(_sqlite_words(str(e))) from e
        except MemoryError as e:
            raise QueryRefused("the query needs too much memory: narrow it") from e


def _sqlite_words(words: str) -> str:
    if words == "interrupted":
        return _TOO_LONG
    if "authoriz" in words or "prohibited" in words:
        return f"that is refused ({words}): one SELECT over {_listed()} is answered"
    return f"the query is wrong: {_one_line(words)}"


def _by_postgres(engine: Engine, statement: str, limit: int) -> Answer:
    with views_postgres.viewed(engine) as raw:
        try:
            with views_postgres.confined(raw, statement, SECONDS) as columns, raw.cursor() as cursor:
                names = _names(columns)
                with closing(cursor.stream(statement)) as rows:  # type: ignore[type-var]
                    return _gathered(names, rows, limit)
        except QueryCanceled as e:
            raise QueryRefused(_TOO_LONG) from e
        except PostgresError as e:
            raise QueryRefused(f"the query is wrong: {_one_line(str(e))}") from e


def _listed() -> str:
    return ", ".join(NAMES)


def _one_line(words: str) -> str:
    return " ".join((words.splitlines() or [""])[0].split())


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise QueryRefused(f"that is refused: one SELECT over {_listed()} is answered")
    if twice := next((n for n in names if names.count(n) > 1), None):
        raise QueryRefused(f'two columns are called "{twice}": name them apart with AS')
    return names


def _columns(cursor: Any) -> tuple[str, ...]:
    return tuple(column[0] for column in cursor.description or ())


def _gathered(names: tuple[str, ...], found: Any, limit: int) -> Answer:
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row in found:
        if len(rows) == limit:
            return Answer(names, rows, f"{limit} rows")
        size += sum(len(str(value)) for value in row)
        if size > MOST_BYTES:
            return Answer(names, rows, f"{MOST_BYTES // 1024 // 1024} MiB")
        rows.append(tuple(row))
    return Answer(names, rows)


def _path(database_url: str) -> Path:
    return Path(make_url(database_url).database or "")


@dataclass(frozen=True, slots=True)
class Whole:
    """Every row of one view, read as it is gone through."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


@contextmanager
def whole(engine: Engine, database_url: str, names: Sequence[str]) -> Iterator[Iterator[Whole]]:
    """Views one after another, all as of one moment and in the order of their ids; memory stays small."""
    if engine.dialect.name == "postgresql":
        with views_postgres.viewed(engine) as raw:
            raw.execute("SET TRANSACTION READ ONLY")
            yield (_whole(name, raw.cursor(f"whole_{name}")) for name in names)
        return
    with told(engine), views_sqlite.viewed(_path(database_url)) as connection:
        connection.execute("BEGIN")
        yield (_whole(name, connection.cursor()) for name in names)


def _whole(name: str, cursor: Any) -> Whole:
    assert name in NAMES
    cursor.execute(f"SELECT * FROM {name} ORDER BY id")  # noqa: S608
    return Whole(name, _columns(cursor), iter(cursor))
