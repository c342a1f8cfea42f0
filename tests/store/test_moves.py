"""What is asked of moves at every look."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event

from tracker.adapters.store import moves
from tracker.adapters.store.engine import asking


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_moves_that_wait_are_found_without_those_of_all_years(engine: Engine) -> None:
    asked: list[Any] = []
    event.listen(engine, "before_cursor_execute", lambda c, cursor, *said: asked.append(said[:2]))
    with asking(engine) as connection:
        moves.pending(connection, "acme")
        sql, values = asked[-1]
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all())
    assert "uq_moves_pending" in plan and "SCAN moves" not in plan
