"""Opens a store that is there, for what only reads: nothing is made, upgraded or loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, make_url

from tracker.adapters.store.engine import open_store
from tracker.adapters.store.migrate import is_current
from tracker.domain.errors import BadSettings, Missing


def open_kept(database_url: str) -> Engine:
    """An engine that cannot write. Raises Missing where no store is, BadSettings for another version's."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise Missing(f"there is no store at {url.database} yet: `tracker up` or `tracker check` makes it")
    engine = open_store(database_url)
    if not is_current(engine):
        raise BadSettings(
            "the store is not of this version's schema: start the tracker, or `tracker db upgrade`"
        )
    if engine.dialect.name == "sqlite":  # on PostgreSQL a question's transaction is read-only by itself
        engine.dispose()

        @event.listens_for(engine, "connect")
        def _connected(raw: Any, _record: object) -> None:
            raw.execute("PRAGMA query_only = ON")

    return engine
