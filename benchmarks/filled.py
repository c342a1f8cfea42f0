"""A store as years of watching leave it: prices, moves, events, looks, kept pages and alerts, set by set."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Connection, Engine, Index, Integer, MetaData, Table, text

from scrapers.page import STANDARD, Terms
from tracker.adapters.store import bundled, snapshots
from tracker.adapters.store.columns import Utc
from tracker.adapters.store.engine import open_store, writing
from tracker.adapters.store.indexes import MAKERS
from tracker.adapters.store.migrate import migrate
from tracker.adapters.store.series import series_ids
from tracker.adapters.store.tables import moves, prices
from tracker.domain.facts import GATHERED
from tracker.domain.model import Series, Snapshot

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BEGUN = NOW - timedelta(days=1000)
PROVIDERS, CATALOGUES, STEPS, PATTERNS = 500, 30, 10, 97
SHARED = 25  # providers that list models of the same names, as hosts do
LINES = (
    ("input_mtok", STANDARD),
    ("output_mtok", STANDARD),
    ("cache_read_mtok", STANDARD),
    ("input_mtok", Terms(tier="batch")),
)
PAGE = (
    b"<table><tr><th>Model<th>Input<tr><td>model-0<td>$1.00</table>"
    + b"<p>Words beside the prices.</p>" * 2000
)
_own = MetaData()
_listings = Table(
    "bench_listings",
    _own,
    Column("source", prices.c.source.type, primary_key=True),
    Column("series", Integer, primary_key=True),
    Column("pattern", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
_steps = Table(
    "bench_steps",
    _own,
    Column("step", Integer, primary_key=True),
    Column("pattern", Integer, primary_key=True),
    Column("since", Utc, nullable=False),
    Column("until", Utc),
    prefixes=["TEMPORARY"],
)

# Each wave is a step of every listing, so that the rows lie in the order of time, as looks write them.
_PRICES = """
INSERT INTO prices (source, series, basis, price, model, label, promo_until, valid_from, valid_to,
    recorded_at, closed_at, missing, snapshot)
SELECT l.source, l.series, CASE WHEN l.source LIKE 'catalogue%' THEN 'catalogue' ELSE 'observed' END,
    ((l.series * 7 + s.step * 13) % 97 + 1) * CAST(500000000 AS BIGINT), series.model, '$1.00', '', s.since,
    s.until, s.since, s.until, 0, 1 + l.series % 1000
FROM bench_listings l JOIN bench_steps s ON s.pattern = l.pattern AND s.step = :step
JOIN series ON series.id = l.series
"""
_MOVES = """
INSERT INTO moves (source, series, before, after, at, recorded_at, status, status_at, reason, event, model,
    label, promo_until, snapshot)
SELECT l.source, l.series, ((l.series * 7 + s.step * 13 - 13) % 97 + 1) * CAST(500000000 AS BIGINT),
    ((l.series * 7 + s.step * 13) % 97 + 1) * CAST(500000000 AS BIGINT), s.since, s.since,
    CASE WHEN l.series % 20 = 0 THEN 'withdrawn' ELSE 'confirmed' END, s.since, '',
    CASE l.series % 3 WHEN 0 THEN 'list_cut' WHEN 1 THEN 'list_rise' ELSE '' END, series.model, '$1.00', '',
    1 + l.series % 1000
FROM bench_listings l JOIN bench_steps s ON s.pattern = l.pattern AND s.step = :step
JOIN series ON series.id = l.series
WHERE (l.series + s.step) % 5 = 0
"""
_HELD = "UPDATE moves SET status = 'held' WHERE id IN (SELECT max(id) FROM moves GROUP BY source)"
_EVENTS = """
INSERT INTO events (key, announcement, kind, provider, lo, day, hi, source, recorded_at, status, why)
SELECT 'bench' || m.id, 'bench' || m.id, m.event, series.provider, d.day, d.day, d.day, m.source,
    m.recorded_at, 'confirmed', ''
FROM moves m JOIN series ON series.id = m.series
JOIN (SELECT id, substr(CAST(at AS VARCHAR), 1, 10) AS day FROM moves) d ON d.id = m.id
WHERE m.id % 20 = 0 AND m.event <> '' AND m.status = 'confirmed' AND m.source <> 'facts'
"""
_EVENT_ROWS = """
INSERT INTO event_rows (event, series, model, predecessor, before, after, move, source, label, recorded_at,
    snapshot)
SELECT e.id, m.series, m.model, '', m.before, m.after, m.id, m.source, m.label, m.recorded_at, m.snapshot
FROM events e JOIN moves m ON e.key = 'bench' || m.id
"""
_TO = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :many) "
_PAGES = """
INSERT INTO snapshots (source, at, url, status, media_type, charset, notes, sha256)
SELECT s.source, s.at, s.url, s.status, s.media_type, s.charset, s.notes, s.sha256
FROM n CROSS JOIN (SELECT * FROM snapshots WHERE id = 1) s
"""
_LOOKS = """
INSERT INTO looks (source, first_at, last_at, times, outcome, words)
SELECT s.id, t.since, t.since, 3, CASE WHEN n.n % 9 = 0 THEN 'timeout' ELSE 'well' END, 'words'
FROM n JOIN bench_steps t ON t.step = n.n % 10 AND t.pattern = n.n % 97 CROSS JOIN sources s
"""
_ALERTS = """
INSERT INTO alerts (created_at, source, event, rule, subject, message)
SELECT recorded_at, source, 'move', 'all', 'moved', '{}' FROM moves WHERE id % 100 = 0
"""
_DELIVERIES = """
INSERT INTO deliveries (id, alert, channel, state, attempts, claimed_by, uncertain, last_error, sent_at)
SELECT :channel || '-' || CAST(id AS VARCHAR), id, :channel,
    CASE WHEN id % 500 = 0 THEN 'dead' ELSE 'sent' END,
    1, '', CASE WHEN id = 0 THEN :yes ELSE :no END, '', created_at
FROM alerts
"""


def fill(url: str, points: int) -> tuple[Engine, int]:
    """An open store at `url` with about so many price points beside the bundled facts, and how many it has.

    A tenth of them hold now: 500 providers list a quarter of these on four lines a model, and each of thirty
    catalogues a tenth of the providers' lines. Every listing changed nine times, on days of its own; a fifth
    of the changes was seen by looks and is a move, and one in thirty of those an event.
    """
    engine = open_store(url)
    migrate(engine)
    with writing(engine) as connection:
        bundled.load(connection, GATHERED)
    with engine.begin() as connection:
        indexes = [index for table in (prices, moves) for index in table.indexes]
        _as_fast_as_can_be(connection, indexes)
        _lists(connection, points)
        for step in range(STEPS):
            connection.execute(text(_PRICES), {"step": step})
            if step:
                connection.execute(text(_MOVES), {"step": step})
        for statement in (_HELD, _EVENTS, _EVENT_ROWS, _ALERTS):
            connection.execute(text(statement))
        for channel in ("team", "mail"):
            connection.execute(text(_DELIVERIES), {"channel": channel, "yes": True, "no": False})
        for index in indexes:
            index.create(connection)
        count = connection.scalar(text("SELECT count(*) FROM prices")) or 0
    if engine.dialect.name == "postgresql":  # what its own autovacuum does within minutes
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return engine, count


def _as_fast_as_can_be(connection: Connection, indexes: list[Index]) -> None:
    """Past the store's own care: only what is asked of it afterwards is measured."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # foreign keys unchecked
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    for index in indexes:
        index.drop(connection)


def provider(number: int) -> str:
    """The makers of the index first."""
    return MAKERS[number] if number < len(MAKERS) else f"host-{number}"


def model(number: int, place: int) -> str:
    """The name of a provider's model; hosts of one group list the same."""
    group = f"model-{number}" if number < len(MAKERS) else f"open-{number // SHARED}"
    return f"{group}-{place}"


def _lists(connection: Connection, points: int) -> None:
    """Sources, their lines, and when each changed; kept pages and looks."""
    _own.create_all(connection)
    chance = random.Random(6)  # noqa: S311
    places = max(1, points // STEPS // 4 // PROVIDERS // len(LINES))
    for number in range(PROVIDERS):
        _source(connection, provider(number), "providers")
        lines = [
            Series(provider(number), model(number, place), meter, terms, "USD")
            for place in range(places)
            for meter, terms in LINES
        ]
        ids = list(series_ids(connection, lines).values())
        _list(connection, provider(number), ids, chance)
    listed = list(connection.scalars(text("SELECT series FROM bench_listings")))
    for number in range(CATALOGUES):
        _source(connection, f"catalogue-{number}", "catalogs")
        _list(connection, f"catalogue-{number}", chance.sample(listed, len(listed) // 10), chance)
    connection.execute(_steps.insert(), list(_changes(chance)))
    snapshots.keep(
        connection, "openai", Snapshot("http://127.0.0.1/", BEGUN, 200, "text/html", "utf-8", PAGE)
    )
    connection.execute(text(_insert(_PAGES)), {"many": 999})
    connection.execute(text(_insert(_LOOKS)), {"many": 500})


def _insert(statement: str) -> str:
    """With so many numbers to select from."""
    into, select = statement.split("SELECT", 1)
    return f"{into} {_TO} SELECT {select}"


def _source(connection: Connection, id: str, kind: str) -> None:
    """As the bundled facts' own row, but of another kind, and well."""
    columns = [
        "kind",
        "provider",
        "url",
        "state",
        "state_since",
        "due",
        "last_look",
        "last_well",
        "last_outcome",
    ]
    columns += ["outcome_kind", "fails", "told", "offers", "readers", "dated", "etag", "last_modified"]
    values = ", ".join({"kind": ":kind", "provider": ":id"}.get(c, c) for c in columns)
    listed = ", ".join(columns)
    row = f"INSERT INTO sources (id, {listed}) SELECT :id, {values} FROM sources WHERE id = 'facts'"  # noqa: S608
    connection.execute(text(row), {"id": id, "kind": kind})


def _list(connection: Connection, source: str, ids: list[int], chance: random.Random) -> None:
    rows = [{"source": source, "series": id, "pattern": chance.randrange(PATTERNS)} for id in ids]
    connection.execute(_listings.insert(), rows)


def _changes(chance: random.Random) -> Iterator[dict[str, object]]:
    for pattern in range(PATTERNS):
        seconds = sorted(chance.sample(range(1000 * 86_400), STEPS))
        moments = [BEGUN + timedelta(seconds=s) for s in seconds]
        for step, (since, until) in enumerate(zip(moments, [*moments[1:], None], strict=True)):
            yield {"step": step, "pattern": pattern, "since": since, "until": until}
