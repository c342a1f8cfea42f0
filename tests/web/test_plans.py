"""No page and no answer reads a whole table of what grows: it goes along an index, or to few lines first."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from tests.web import week
from tests.web.asking import ON_SQLITE, app_over, ask

GROWS = "prices|moves|events|event_rows|looks|snapshots|alerts|deliveries"
# SQLite's words for a table read from end to end, not along an index, and for an index made for one question.
READ_WHOLE = re.compile(rf"^SCAN ({GROWS})$|^SCAN ({GROWS}) USING (?!.*INDEX)|AUTOMATIC .*INDEX")

ADDRESSES = (
    "/",
    "/prices",
    "/prices?page=3",
    *(f"/prices?sort={order}" for order in ("price", "dearest", "newest", "oldest")),
    *(f"/prices?at=2026-08-01&sort={order}" for order in ("price", "dearest", "newest")),
    "/prices?at=2026-08-01",
    "/prices?known_at=2026-08-01",
    "/prices?source=openai&at=2026-08-01",
    "/prices?provider=openai&sort=dearest",
    "/prices?kind=catalogs&sort=price",
    "/prices?kind=providers",
    "/prices?model=*o*&sort=price",
    "/prices?meter=output_mtok&at=2026-08-01&sort=newest",
    "/models/openai/o3",
    "/moves",
    "/moves?event=list_cut",
    "/moves?event=list_rise&provider=openai",
    "/moves?source=openai",
    "/moves?status=held",
    "/moves?status=withdrawn&model=*o*",
    "/moves?told=all&until=2026-08-01",
    "/moves/1",
    "/events",
    "/events?model=o3",
    "/events?model=openai/*&status=confirmed",
    "/events?source=openai&since=2026-08-01",
    "/verdicts",
    "/index",
    "/sources/openai",
    *(
        f"/api/v1/{path}"
        for path in (
            "prices",
            "prices?at=2026-08-01",
            "prices?at=2026-08-01&source=openai",
            "prices?provider=openai",
            "history?model=*",
            "history?model=o3&since=2026-08-01",
            "history?model=*&source=openai",
            "moves?since=2026-08-01",
            "moves?model=*o*",
            "events",
            "events?provider=openai",
            "events?model=o3",
            "alerts?state=dead",
            "snapshots?source=openai",
        )
    ),
    "/feeds/moves.atom",
)


@contextmanager
def watched(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent meanwhile, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "WITH")):
            sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@ON_SQLITE
def test_nothing_that_grows_is_read_from_end_to_end(engine: Engine, store_url: str) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    store = sqlite3.connect(Path(store_url.removeprefix("sqlite:///")))
    found: list[str] = []
    for address in ADDRESSES:
        with watched(engine) as sent:
            assert ask(app, address)[0].status_code == 200, address
        for statement, parameters in sent:
            plan = [row[3] for row in store.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            found += [f"{address}: {step}: {statement[:200]}" for step in plan if READ_WHOLE.search(step)]
    assert found == []


def test_a_whole_table_would_be_found() -> None:
    whole = ("SCAN prices", "SCAN moves", "SEARCH prices USING AUTOMATIC PARTIAL COVERING INDEX (series=?)")
    assert all(READ_WHOLE.search(step) for step in whole)
    along = (
        "SCAN prices USING INDEX ix_prices_price_prices_id",
        "SCAN moves USING COVERING INDEX x",
        "SCAN sources",
    )
    assert not any(READ_WHOLE.search(step) for step in along)
