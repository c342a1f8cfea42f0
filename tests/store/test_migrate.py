import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from alembic import command
from scrapers.generic import generic
from scrapers.page import STANDARD
from scrapers.source import Source
from tracker.adapters.store import events, moves, outbox
from tracker.adapters.store import sources as states
from tracker.adapters.store.adopted import adopt
from tracker.adapters.store.engine import asking, open_store, writing
from tracker.adapters.store.migrate import is_current, migrate
from tracker.adapters.store.schema import metadata
from tracker.adapters.store.series import series_ids
from tracker.domain.errors import BadSettings
from tracker.domain.model import Move, Series, Status


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


def test_moves_confirmed_before_there_were_events_become_events(engine: Engine) -> None:
    """An upgraded store's verdicts rest on what it saw before, as it knew it then."""
    before, at = datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 8, 2, tzinfo=UTC)
    series = Series("openai", "gpt-five", "input_mtok", STANDARD, "USD")
    cut = Move(
        series, Decimal(10), Decimal(5), at, at, before, Status.confirmed, event="list_cut", source="openai"
    )
    with writing(engine) as connection:
        source = Source("https://openai.example", generic, id="openai", kind="providers")
        states.register(connection, [source], before)
        moves.insert(connection, cut, series_ids(connection, [series])[series.key], "openai", None)
        adopt(connection)
        adopt(connection)
        found = events.find(connection, None)
        earlier = events.find(connection, before)
    assert [(e.kind, e.recorded_at, e.lo) for e in found] == [("list_cut", at, before.date())]
    assert [r.before for e in found for r in e.rows] == [Decimal(10)] and not earlier


def test_alerts_that_wait_outlive_an_upgrade_and_are_sent_after_it(database_url: str) -> None:
    """To change a column SQLite copies its table and drops the one that others refer to: that must not be."""
    engine = open_store(database_url)
    _upgrade(engine, "0003")
    values = {
        "at": "2026-08-01T12:00:00.000000Z",
        "key": Series("acme", "a", "input_mtok", STANDARD, "USD").key,
        "message": json.dumps({"subject": "s", "lines": ["Acme a: $3 → $2"], "links": [], "table": []}),
    }
    kept = (Path(__file__).parent / "kept_0003.sql").read_text().partition("\n")[2]
    with writing(engine) as connection:
        for statement in filter(str.strip, kept.split(";")):
            named = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), named)
    assert migrate(engine) is True
    now = datetime(2026, 8, 2, tzinfo=UTC)
    with writing(engine) as connection:
        assert outbox.waiting(connection, now) == {"team": ["d1", "d2"]}
        found = outbox.claim(connection, "d1", "me", now)
        told = connection.execute(text("SELECT event FROM alerts ORDER BY id")).scalars().all()
    assert found is not None and found.message.lines == ("Acme a: $3 → $2",)
    assert told == ["move", "source"]
    engine.dispose()


def _upgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "alembic"))
    config.set_main_option("path_separator", "os")
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
