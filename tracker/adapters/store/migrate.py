"""Brings the store to the schema of this version, from a checkout as from a wheel."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Engine

import tracker
from alembic import command
from tracker.adapters.store import views_postgres
from tracker.adapters.store.adopted import adopt
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.turns import MIGRATING, take_turn
from tracker.domain.errors import BadSettings


def migrate(engine: Engine) -> bool:
    """Upgrade to the newest schema in one transaction; True if anything changed. Raises TrackerError."""
    config = _config()
    head = ScriptDirectory.from_config(config).get_current_head()
    with asking(engine) as connection:
        now = MigrationContext.configure(connection).get_current_revision()
    if now == head:
        return False
    try:
        with writing(engine) as connection:
            take_turn(connection, MIGRATING)  # two that begin together
            if engine.dialect.name == "postgresql":
                views_postgres.drop(connection)  # made anew when they are asked for
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            adopt(connection)
    except CommandError as e:
        raise BadSettings(
            f"the store has schema {now}, which this version does not know: run the version that wrote it, "
            "or restore a backup"
        ) from e
    return True


def is_current(engine: Engine) -> bool:
    """Whether the store has the schema of this version."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with asking(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def _config() -> Config:
    """Inside a wheel the migrations lie in the package, in a checkout beside it."""
    package = Path(tracker.__file__).parent
    places = (package / "_migrations", package.parent / "alembic")
    config = Config()
    config.set_main_option("script_location", str(next(p for p in places if p.is_dir())).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
