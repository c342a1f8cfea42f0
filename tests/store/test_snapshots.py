import random
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, insert, select, text

from tests.store.test_columns import SOURCE
from tracker.adapters.store import snapshots
from tracker.adapters.store.engine import writing
from tracker.adapters.store.tables import bodies, sources
from tracker.adapters.store.tables import snapshots as table
from tracker.domain.errors import StoreTrouble
from tracker.domain.model import Snapshot

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def page(day: int) -> bytes:
    """A page of about 150 KB that changes a little every day."""
    dice = random.Random(1)
    rows = [f"<tr><td>model-{i}</td><td>${dice.random():.6f}</td></tr>" for i in range(4000)]
    rows[day * 7 % 4000] = f"<tr><td>changed on day {day}</td></tr>"
    return "\n".join(rows).encode()


def snapshot(body: bytes, day: int = 0) -> Snapshot:
    return Snapshot("https://acme.example/", NOW + timedelta(days=day), 200, "text/html", "utf-8", body)


@pytest.fixture
def store(engine: Engine) -> Engine:
    with writing(engine) as connection:
        connection.execute(insert(sources).values(**SOURCE))
    return engine


def test_every_page_comes_back_byte_for_byte_and_a_day_costs_little(store: Engine) -> None:
    days = 150  # more than two full copies
    with writing(store) as connection:
        ids = [snapshots.keep(connection, "acme", snapshot(page(day), day)) for day in range(days)]
        begun = time.perf_counter()
        for day in (0, 1, 63, 64, 65, 127, 149):
            assert snapshots.body_of(connection, ids[day]) == page(day)
        assert time.perf_counter() - begun < 2
        full = connection.execute(select(func.count()).where(bodies.c.base.is_(None))).scalar_one()
        deltas = connection.execute(
            select(func.avg(func.length(bodies.c.data))).where(bodies.c.base.is_not(None))
        ).scalar_one()
    assert full == 3
    assert deltas < 1500


def test_an_unchanged_page_is_kept_once(store: Engine) -> None:
    with writing(store) as connection:
        first = snapshots.keep(connection, "acme", snapshot(b"same"))
        assert snapshots.keep(connection, "acme", snapshot(b"same", 1)) == first
        assert snapshots.keep(connection, "acme", snapshot(b"other", 2)) != first
        back = snapshots.keep(connection, "acme", snapshot(b"same", 3))
        assert back != first
        assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 3
        assert connection.execute(select(func.count()).select_from(bodies)).scalar_one() == 2


def test_a_damaged_body_is_an_error_and_never_a_page(store: Engine) -> None:
    with writing(store) as connection:
        id = snapshots.keep(connection, "acme", snapshot(page(1)))
        other = snapshots.keep(connection, "acme", snapshot(b"other"))
        swap = (
            "UPDATE bodies SET data = (SELECT b.data FROM bodies b WHERE b.size = 5), size = 5 WHERE size > 5"
        )
        connection.execute(text(swap))
        with pytest.raises(StoreTrouble, match="damaged"):
            snapshots.body_of(connection, id)
        assert snapshots.body_of(connection, other) == b"other"


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", bytes(range(256)) * 50])
def test_any_bytes_are_kept_untouched(store: Engine, body: bytes) -> None:
    with writing(store) as connection:
        assert snapshots.body_of(connection, snapshots.keep(connection, "acme", snapshot(body))) == body
