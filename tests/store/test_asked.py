"""SQL over the views: it answers as the other verbs do, and can do nothing else (F57)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import Engine

from tests.postgres import new
from tracker.adapters.store import asked, bundled, events, questions
from tracker.adapters.store.engine import asking, open_store, writing
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.migrate import migrate
from tracker.adapters.store.views import NAMES
from tracker.domain.errors import QueryRefused
from tracker.domain.model import Status

NOW = datetime(2026, 11, 25, tzinfo=UTC)
Store = tuple[Engine, str]


@pytest.fixture(scope="module")
def stores(
    postgres_url: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Store]]:
    """The bundled history on both databases."""
    with new(postgres_url, postgres_template) as url:
        urls = {"sqlite": f"sqlite:///{tmp_path_factory.mktemp('asked')}/tracker.db", "postgresql": url}
        made = {name: (open_store(address), address) for name, address in urls.items()}
        for engine, _ in made.values():
            migrate(engine)
            with writing(engine) as connection:
                bundled.load(connection, NOW)
        yield made
        for engine, _ in made.values():
            engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, stores: dict[str, Store]) -> Store:
    return stores[request.param]


@pytest.mark.parametrize("name", NAMES)
def test_a_view_holds_the_same_on_both_databases(stores: dict[str, Store], name: str) -> None:
    one, other = (asked.answer(*store, f"SELECT * FROM {name} ORDER BY id") for store in stores.values())
    assert one.columns == other.columns and one.rows == other.rows


def test_the_history_is_that_of_the_verb(store: Store) -> None:
    said = asked.answer(*store, "SELECT model, meter, price, valid_from, valid_to FROM price_history")
    with asking(store[0]) as connection:
        rows = questions.history(connection, datetime.max.replace(tzinfo=UTC), Filters())
    assert sorted(map(str, said.rows)) == sorted(
        str((r["model"], r["meter"], format(r["price"], "f"), _z(r["valid_from"]), _z(r["valid_to"])))
        for r in rows
    )


def test_the_prices_of_now_are_those_of_the_verb(store: Store) -> None:
    said = asked.answer(*store, "SELECT model, meter, price FROM current_prices")
    with asking(store[0]) as connection:
        rows = questions.prices_at(connection, datetime.now(UTC), datetime.max.replace(tzinfo=UTC), Filters())
    assert sorted(said.rows) == sorted((r["model"], r["meter"], format(r["price"], "f")) for r in rows)


def test_the_moves_are_those_of_the_verb(store: Store) -> None:
    said = asked.answer(*store, "SELECT id, before, after, round(pct, 2) FROM moves ORDER BY id")
    with asking(store[0]) as connection:
        rows = questions.find_moves(connection, Filters(documented=True))
    told = [
        (m.id, format(m.before, "f"), format(m.after, "f"), None if m.pct is None else float(m.pct))
        for m in sorted(rows, key=lambda m: m.id)
    ]
    assert [r[:3] for r in said.rows] == [r[:3] for r in told]
    assert [r[3] for r in said.rows] == [pytest.approx(r[3], abs=0.011) for r in told]


def test_the_events_are_those_of_the_verb_after_a_ruling_too(store: Store) -> None:
    with writing(store[0]) as connection:
        events.rule(connection, [3], Status.withdrawn, "person", "a slip", NOW)
    said = asked.answer(*store, "SELECT id, day, kind, status, prices, why FROM events ORDER BY id")
    with asking(store[0]) as connection:
        found = sorted(events.find(connection, None), key=lambda e: e.id)
    assert said.rows == [
        (e.id, e.day.isoformat(), e.kind.value, e.status.value, len(e.rows), e.why) for e in found
    ]
    assert said.rows[2][3:6:2] == ("withdrawn", "withdrawn by person: a slip")


def _z(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


REFUSED = (
    "INSERT INTO moves VALUES (1)",
    "DELETE FROM prices",
    "PRAGMA query_only = 0",
    "ATTACH 'other.db' AS other",
    "VACUUM INTO 'other.db'",
    "SELECT load_extension('x')",
    "SELECT randomblob(1000000000)",
    "SELECT repeat('a', 1000000000)",
    "SELECT 1; SELECT 2",
    "COMMIT; INSERT INTO silences DEFAULT VALUES",
    "SET TRANSACTION READ WRITE",
    "SET statement_timeout = 0; SELECT pg_sleep(60)",
    "SELECT pg_sleep(60)",
    "COPY moves TO PROGRAM 'touch other'",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT set_config('role', 'none', false)",
    "SELECT query_to_xml('SELECT 1', true, true, '')",
    "DO $$ BEGIN END $$",
    "WITH x AS (DELETE FROM prices RETURNING 1) SELECT * FROM x",
    "SELECT * INTO other FROM moves",
    "SELECT * FROM channels",
    "SELECT * FROM main.bodies",
    "SELECT * FROM public.channels",
    "WITH moves AS (SELECT * FROM main.channels) SELECT * FROM moves",
    "WITH moves AS (SELECT * FROM public.channels) SELECT * FROM moves",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM pg_shadow",
    "SELECT 1 AS a, 2 AS a",
    "SELEC 1",
    "",
)


@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_no_query_over_views_is_refused_in_one_sentence(store: Store, statement: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        asked.answer(*store, statement)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "statement",
    [
        "WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a) SELECT count(*) FROM a",
        "SELECT count(*) FROM price_history a, price_history b, price_history c, price_history d",
    ],
)
def test_a_query_without_end_is_stopped(store: Store, statement: str) -> None:
    began = monotonic()
    with pytest.raises(QueryRefused, match="longer than 2 s"):
        asked.answer(*store, statement)
    assert monotonic() - began < 10  # machines are shared


def test_rows_beyond_the_limit_are_cut_and_it_is_said(store: Store) -> None:
    found = asked.answer(*store, "SELECT a.id FROM moves a, moves b, moves c")
    assert (len(found.rows), found.cut) == (asked.MOST_ROWS, "10000 rows")
    assert asked.answer(*store, "SELECT id FROM moves", 3).cut == "3 rows"


def test_nothing_of_it_writes_a_file(stores: dict[str, Store]) -> None:
    engine, url = stores["sqlite"]
    file = Path(url.removeprefix("sqlite:///"))
    with engine.connect():
        pass
    before = {p.name for p in file.parent.iterdir()}, hashlib.sha256(file.read_bytes()).digest()
    for statement in REFUSED:
        with pytest.raises(QueryRefused):
            asked.answer(engine, url, statement)
    after = {p.name for p in file.parent.iterdir()}, hashlib.sha256(file.read_bytes()).digest()
    assert before == after
