"""The views on PostgreSQL: a schema of their own, a role that may read it alone, and a look at each query."""

# ruff: noqa: S608 (what a person writes is put into one statement alone, which is not run)
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any

from psycopg import Connection as Raw
from psycopg import Error
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from tracker.adapters.store.engine import asking, told, writing
from tracker.adapters.store.turns import VIEWING, take_turn
from tracker.adapters.store.views import POSTGRESQL, views
from tracker.domain.errors import Denied, QueryRefused

SCHEMA = "tracker_sql"
ROLE = "llm_price_tracker_reads"
# What SQLite has too and PostgreSQL lacks.
_FUNCTIONS = (
    "julianday(text) RETURNS double precision IMMUTABLE LANGUAGE sql AS "
    "$$ SELECT extract(epoch FROM $1::timestamp)::double precision / 86400 + 2440587.5 $$",
    "round(double precision, integer) RETURNS double precision IMMUTABLE LANGUAGE sql AS "
    "$$ SELECT pg_catalog.round($1::numeric, $2)::double precision $$",
)
# Besides operators and casts. What runs other SQL, reads files or settings, or makes much of nothing is not.
_ALLOWED = frozenset(
    """abs age any_value array_agg array_length avg bool_and bool_or btrim cardinality ceil ceiling
    char_length coalesce concat concat_ws corr count covar_pop covar_samp cume_dist current_date
    date date_bin date_part date_trunc dense_rank div every exp extract first_value floor
    generate_series initcap json_agg json_array_elements json_array_elements_text json_array_length
    json_build_object json_each json_each_text json_extract_path json_extract_path_text
    json_object_agg json_object_keys jsonb_agg jsonb_array_elements jsonb_array_elements_text
    jsonb_array_length jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path
    jsonb_extract_path_text jsonb_object_agg jsonb_object_keys jsonb_pretty lag last_value lead left
    length like ln log log10 lower ltrim make_date make_timestamp max md5 min mod mode notlike now
    nth_value ntile octet_length percent_rank percentile_cont percentile_disc position pow power
    rank regexp_replace regexp_substr regr_intercept regr_r2 regr_slope replace reverse right round
    row_number row_to_json rtrim scale sign split_part sqrt starts_with stddev stddev_pop
    stddev_samp string_agg string_to_array strpos substr substring sum timezone to_char to_date
    to_json to_jsonb to_number to_timestamp translate trim_scale trunc unnest upper var_pop var_samp
    variance width_bucket""".split()  # noqa: SIM905 (a list of them is a page long)
)
_MENTIONED = re.compile(r":(relid|funcid|aggfnoid|winfnoid) (\d+)")
_GRACE_S = 0.5  # after which a query that heeds no limit of its own is cancelled from outside


def make(connection: Connection) -> None:
    """Make the schema with the views anew. Raises DBAPIError where the database's user may not."""
    drop(connection)
    connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
    for name, statement in views(POSTGRESQL).items():
        connection.exec_driver_sql(f"CREATE VIEW {SCHEMA}.{name} AS {statement}")
    for function in _FUNCTIONS:
        connection.exec_driver_sql(f"CREATE FUNCTION {SCHEMA}.{function}")
    connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{_version()}'")
    with suppress(DBAPIError), connection.begin_nested():
        _make_role(connection)


def drop(connection: Connection) -> None:
    """Take the views away: before the tables that they read are changed."""
    connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def _make_role(connection: Connection) -> None:
    """A role that may read the views and nothing else; not every database's user may make one."""
    if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": ROLE}) is None:
        connection.exec_driver_sql(f"CREATE ROLE {ROLE} NOLOGIN")
        connection.exec_driver_sql(f"GRANT {ROLE} TO CURRENT_USER")
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {ROLE}")
    connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {ROLE}")


def _version() -> str:
    """What the schema's comment says when its views are these."""
    said = repr((views(POSTGRESQL), _FUNCTIONS))
    return f"llm-price-tracker {hashlib.sha256(said.encode()).hexdigest()[:16]}"


@contextmanager
def viewed(engine: Engine) -> Iterator[Raw[Any]]:
    """One consistent, read-only view of the store, in which the names of the views stand for them."""
    _prepare(engine)
    with told(engine), engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, Raw)
        try:
            raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            raw.execute(f"SET LOCAL search_path = {SCHEMA}, pg_temp")
            yield raw
        finally:
            raw.rollback()


def _prepare(engine: Engine) -> None:
    """Make the views where they are not there, or are those of another version."""
    with asking(engine) as connection:
        said = text("SELECT obj_description(to_regnamespace(:name)::oid, 'pg_namespace')")
        if connection.scalar(said, {"name": SCHEMA}) == _version():
            return
    with writing(engine) as connection:
        take_turn(connection, VIEWING)
        if connection.scalar(said, {"name": SCHEMA}) == _version():
            return
        if not connection.scalar(text("SELECT has_database_privilege(current_database(), 'CREATE')")):
            raise Denied(
                f"the views of `sql` need a schema, which the database's user may not make: GRANT CREATE "
                f"ON DATABASE {engine.url.database} to it once"
            )
        make(connection)


@contextmanager
def confined(raw: Raw[Any], statement: str, seconds: float) -> Iterator[tuple[str, ...]]:
    """The columns of a statement that may now be run. Raises QueryRefused, and what psycopg raises."""
    timer = Timer(seconds + _GRACE_S, raw.cancel)
    timer.daemon = True
    timer.start()
    try:
        raw.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        columns = _look_at(raw, statement)
        raw.execute("SET TRANSACTION READ ONLY")
        with suppress(Error), raw.transaction():
            raw.execute(f"SET LOCAL ROLE {ROLE}")
        yield columns
    finally:
        timer.cancel()


def _look_at(raw: Raw[Any], statement: str) -> tuple[str, ...]:
    """Let PostgreSQL read the statement as a view's, which runs nothing, and see what it would touch.

    Only a query can be a view's: no COPY, DO, SET, no row that is written, no second statement.
    """
    with raw.transaction(force_rollback=True):
        # In binary, so by the extended protocol: it takes one statement.
        raw.execute(f"CREATE TEMP VIEW asked AS {statement}", binary=True)
        tree = _one(raw, "SELECT ev_action::text FROM pg_rewrite WHERE ev_class = 'pg_temp.asked'::regclass")
        own = _one(raw, "SELECT 'pg_temp.asked'::regclass::oid")
        met = [(kind, int(oid)) for kind, oid in _MENTIONED.findall(tree)]
        relations = {oid for kind, oid in met if kind == "relid"} - {0, own}
        functions = {oid for kind, oid in met if kind != "relid"} - {0}
        _refuse(raw, _NOT_VIEWS, relations, "{} is no view that `sql` reads")
        _refuse(raw, _NOT_ALLOWED, functions, "the function {} is not one that `sql` knows")
        return tuple(row[0] for row in raw.execute(_COLUMNS))


_COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = 'pg_temp.asked'::regclass ORDER BY attnum"
_NOT_VIEWS = f"""SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY(%s) AND n.nspname <> '{SCHEMA}' ORDER BY 1"""
_NOT_ALLOWED = f"""SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.oid = ANY(%s) AND n.nspname <> '{SCHEMA}' AND NOT (n.nspname = 'pg_catalog' AND (
p.proname = ANY(%s) OR EXISTS (SELECT 1 FROM pg_cast c WHERE c.castfunc = p.oid))) ORDER BY 1"""


def _refuse(raw: Raw[Any], question: str, oids: set[int], words: str) -> None:
    values: list[Any] = [sorted(oids)]
    if question is _NOT_ALLOWED:
        values.append(sorted(_ALLOWED))
    if row := raw.execute(question, values).fetchone():
        raise QueryRefused(words.format(row[0]))


def _one(raw: Raw[Any], question: str) -> Any:
    row = raw.execute(question).fetchone()
    assert row is not None
    return row[0]
