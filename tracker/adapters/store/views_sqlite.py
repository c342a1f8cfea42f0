"""The views on SQLite: a connection of its own that can read them and do nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from tracker.adapters.store.views import NAMES, SQLITE, views

LONGEST_VALUE = 100_000  # bytes of one value, and of a row that is sorted: no function takes long on it
_MEMORY = 256 * 1024 * 1024  # of this process's SQLite
_STEPS = 1000  # of its virtual machine, between two looks at the clock
_FUNCTIONS = frozenset(
    """abs avg ceil ceiling coalesce concat concat_ws count cume_dist date datetime dense_rank exp
    first_value floor format glob group_concat hex iif ifnull instr json json_array
    json_array_length json_each json_extract json_group_array json_group_object json_object
    json_type json_valid julianday lag last_value lead length like ln log log10 log2 lower ltrim max
    median min mod nth_value ntile nullif percent_rank pow power printf quote rank replace round
    row_number rtrim sign sqrt strftime string_agg substr substring sum time timediff total trim
    typeof unicode unixepoch upper -> ->>""".split()  # noqa: SIM905 (a list of them is a page long)
)
_TABLES = frozenset({"json_each", "json_tree"})  # that functions make of JSON
_LIMITS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 20,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}


@contextmanager
def viewed(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write, whose views hide the tables of their names."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5, check_same_thread=False)
    try:
        connection.execute("PRAGMA temp_store = MEMORY")  # no file, whatever is sorted
        connection.execute("PRAGMA trusted_schema = OFF")
        for name, statement in views(SQLITE).items():
            connection.execute(f"CREATE TEMP VIEW {name} AS {statement}")
        connection.execute("PRAGMA query_only = ON")
        yield connection
    finally:
        connection.close()


def confine(connection: sqlite3.Connection, seconds: float) -> None:
    """From here on only what the views read can be read, no longer than `seconds`, and within limits."""
    read = _read_by_views(connection)
    connection.execute(f"PRAGMA hard_heap_limit = {_MEMORY}")
    for limit, most in _LIMITS.items():
        connection.setlimit(limit, most)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    names = frozenset(NAMES)

    def allows(action: int, what: str | None, column: str | None, place: str | None, view: str | None) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION:
            return sqlite3.SQLITE_OK if column in _FUNCTIONS else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ:
            is_view = place == "temp" and what in names
            # Without a view's name and a column: whoever counts the rows of a view.
            is_behind = (place, what, column) in read and (view in names or column == "")
            is_made = what in _TABLES or place is None
            return sqlite3.SQLITE_OK if is_view or is_behind or is_made else sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_DENY

    connection.execute("SELECT * FROM json_each('[]'), json_tree('[]')").close()  # makes the two
    connection.set_authorizer(allows)
    ends = monotonic() + seconds
    connection.set_progress_handler(lambda: int(monotonic() > ends), _STEPS)


def _read_by_views(connection: sqlite3.Connection) -> frozenset[tuple[Any, Any, Any]]:
    """The columns that the views read, and no others: a query that names itself like a view gains nothing."""
    read: set[tuple[Any, Any, Any]] = set()

    def notes(action: int, what: Any, column: Any, place: Any, view: Any) -> int:
        if action == sqlite3.SQLITE_READ and place == "main":
            read.add((place, what, column))
        return sqlite3.SQLITE_OK

    connection.set_authorizer(notes)
    for name in NAMES:
        connection.execute(f"SELECT * FROM temp.{name} LIMIT 0")  # noqa: S608
    connection.set_authorizer(None)
    return frozenset(read) | {("main", what, "") for _, what, _ in read}
