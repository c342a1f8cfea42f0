"""The two statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def ignore(
    connection: Connection, table: Table, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> None:
    """Insert what is not there yet."""
    if values:
        connection.execute(_ignoring(_insert(connection), table), values)


@cache
def _ignoring(insert: Any, table: Table) -> Any:
    return insert(table).on_conflict_do_nothing()


def replace(connection: Connection, table: Table, values: Mapping[str, Any], *, key: str) -> None:
    """Insert the row, or set its columns where `key` is there already."""
    others = {name: value for name, value in values.items() if name != key}
    statement = _insert(connection)(table).values(**values)
    connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=others))


def _insert(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
