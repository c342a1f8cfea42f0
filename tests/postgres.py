"""Databases for tests: copies of a migrated one, emptied and lent again, because a copy takes 0.3 s."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

# What a test could have changed beside rows: whoever finds another shape throws the database away.
SHAPE = """
SELECT md5(string_agg(x, ',' ORDER BY x)) FROM (
  SELECT concat_ws(' ', c.relname, c.relkind, c.relacl, a.attname, a.atttypid, a.attnotnull, a.attacl)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
  UNION ALL SELECT concat_ws(' ', conname, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', tgname, tgenabled) FROM pg_trigger
  UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', nspname, nspacl) FROM pg_namespace WHERE nspname NOT LIKE 'pg_temp%'
    AND nspname NOT LIKE 'pg_toast_temp%'
  UNION ALL SELECT concat_ws(' ', setrole, setconfig) FROM pg_db_role_setting
  UNION ALL SELECT version_num FROM alembic_version
) AS shape (x)
"""
ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# Row by row, without asking what refers to what: of few rows that is quicker than TRUNCATE.
EMPTY = """
DO $$ DECLARE used regclass; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR used IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0 LOOP
    EXECUTE 'DELETE FROM ' || used;
  END LOOP;
  PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
END $$
"""


def administer(url: str, statement: str) -> None:
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()


@contextmanager
def new(url: str, template: str) -> Iterator[str]:
    """The address of a database that nobody has used, gone afterwards."""
    name = f"t{os.urandom(6).hex()}"
    administer(url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield url.replace("/postgres?", f"/{name}?")
    administer(url, f"DROP DATABASE {name} WITH (FORCE)")


@dataclass
class Shelf:
    """Copies of a template: one that comes back is emptied, and dropped where that is not enough."""

    url: str
    template: str
    _free: list[str] = field(default_factory=list)
    _shape: str = ""

    @contextmanager
    def lent(self) -> Iterator[str]:
        if not self._free:
            self._add()
        name = self._free.pop()
        yield self._address(name)
        if self._shape_of(name) == self._shape:
            self._free.append(name)
        else:
            administer(self.url, f"DROP DATABASE {name} WITH (FORCE)")

    def _address(self, name: str) -> str:
        return self.url.replace("/postgres?", f"/{name}?")

    def _add(self) -> None:
        name = f"t{os.urandom(6).hex()}"
        administer(self.url, f"CREATE DATABASE {name} TEMPLATE {self.template}")
        self._shape = self._shape or self._shape_of(name)
        self._free.append(name)

    def _shape_of(self, name: str) -> str:
        """The shape of a database, which is emptied where it is the known one."""
        engine = create_engine(self._address(name), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(ALONE))
                found = str(connection.scalar(text(SHAPE)))
                if found == self._shape:
                    connection.execute(text(EMPTY))
                return found
        except SQLAlchemyError:
            return "broken"
        finally:
            engine.dispose()
