"""A store that is only read is found as it is, and cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.asking import ON_SQLITE
from tracker.adapters.store.engine import asking, open_store, writing
from tracker.adapters.store.kept import open_kept
from tracker.adapters.store.names import source_ids
from tracker.adapters.store.tables import sources
from tracker.domain.errors import BadSettings, Missing, TrackerError


@ON_SQLITE
def test_a_kept_store_is_read_and_refuses_to_be_written(store_url: str) -> None:
    engine = open_kept(store_url)
    with asking(engine) as connection:
        assert source_ids(connection) == []
    with pytest.raises(TrackerError), writing(engine) as connection:
        connection.execute(sources.delete())
    engine.dispose()


def test_no_store_and_no_schema_are_told_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="there is no store at"):
        open_kept(f"sqlite:///{tmp_path}/none/tracker.db")
    assert list(tmp_path.iterdir()) == []
    bare = f"sqlite:///{tmp_path}/bare.db"
    open_store(bare).dispose()
    with pytest.raises(BadSettings, match="tracker db upgrade"):
        open_kept(bare)
