import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from tracker.adapters.store.engine import asking, open_store, writing
from tracker.adapters.store.migrate import is_current, migrate
from tracker.adapters.store.tables_judged import metadata
from tracker.domain.errors import BadSettings


def test_upgrade_head_equals_the_tables(engine: Engine) -> None:
    with asking(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_current_store_is_left_alone(engine: Engine) -> None:
    assert is_current(engine)
    assert migrate(engine) is False


def test_a_store_of_a_newer_version_is_refused_in_one_sentence(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadSettings, match="schema 9999, which this version does not know"):
        migrate(engine)


def test_an_interrupted_migration_leaves_the_old_schema_and_can_be_run_again(database_url: str) -> None:
    """Killed just before its commit: nothing of it is there."""
    program = f"""
import os, signal
from sqlalchemy import event
from tracker.adapters.store.engine import open_store
from tracker.adapters.store.migrate import migrate
engine = open_store({database_url!r})
event.listen(engine, "commit", lambda c: os.kill(os.getpid(), signal.SIGKILL) if any(
    "CREATE" in s for s in seen) else None)
seen = []
event.listen(engine, "before_cursor_execute", lambda c, cur, s, *a: seen.append(s))
migrate(engine)
"""
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", program], cwd=root, check=False, timeout=60)
    assert killed.returncode == -9
    engine = open_store(database_url)
    with asking(engine) as connection:
        assert not engine.dialect.has_table(connection, "prices")
    assert migrate(engine) is True
    assert is_current(engine)
    engine.dispose()
