"""F43: one tracker a store, and another as soon as the first is gone."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.faults import invariants
from tests.faults.launch import Launcher
from tests.faults.market import Forked, Market
from tests.loopback.sinkd import Sink
from tests.tracker_process import until
from tracker.adapters.store.engine import open_store
from tracker.adapters.store.lock import KEY

pytestmark = pytest.mark.catalogue
TAKEOVER_S = 30


@pytest.fixture
def rivals(
    launcher: Launcher, tmp_path: Path, database_url: str, market: Market, sink: Sink
) -> Iterator[list[Forked]]:
    """Three trackers for one empty store, that the market can tell apart."""
    trackers = []
    for name in ("first", "second", "third"):
        folder = tmp_path / name
        folder.mkdir()
        tracker = Forked(launcher, folder, database_url, TRACKER_LOOK_USER_AGENT=name)
        tracker.settings(market.settings(sink))
        trackers.append(tracker)
    yield trackers
    for tracker in trackers:
        tracker.__exit__()


def test_f43_a_second_tracker_is_refused_at_once_and_told_who_is_there(rivals: list[Forked]) -> None:
    first, second, _ = rivals
    first.up()
    first.ready()
    begun = time.monotonic()
    second.up()
    assert second.ended() == 75
    assert time.monotonic() - begun < 2
    assert f"process {first.pid} on {socket.gethostname()}" in second.log()
    assert second.log().count("\n") == 1
    assert first.is_well()


def test_f43_of_three_that_begin_together_on_an_empty_store_one_runs(
    rivals: list[Forked], market: Market
) -> None:
    for tracker in rivals:
        tracker.up()
    until(lambda: sum(t.is_running() for t in rivals) == 1)
    (winner,) = (t for t in rivals if t.is_running())
    winner.seen(market)
    for tracker in rivals:
        if tracker is not winner:
            assert tracker.ended() == 75, tracker.log()
            assert tracker.log().count("\n") == 1
    assert {name for _, name in market.visitors} == {winner.env["TRACKER_LOOK_USER_AGENT"]}


def test_f43_after_a_kill_another_takes_over_and_never_do_two_look(
    rivals: list[Forked], market: Market, sink: Sink, engine_of: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    """As under a supervisor: whoever ends is started again, and the one who holds the store is killed."""
    took = []
    with market.stirring():
        for tracker in rivals:
            tracker.up()
        for _ in range(2):
            asked = len(market.visitors)
            until(lambda asked=asked: len(market.visitors) > asked)
            holder = last_to_look(rivals, market)
            holder.kill()
            took.append(takeover(holder, rivals, market))
    runs = [name for name, _ in itertools.groupby(name for _, name in market.visitors)]
    with capsys.disabled():
        print(f"\ntaken over after {', '.join(f'{s:.2f} s' for s in took)}, in the order {runs}")
    assert max(took) < TAKEOVER_S
    assert len(runs) == len(took) + 1
    last_to_look(rivals, market).settle_down(market, engine_of)
    assert invariants.broken(engine_of) == [] and invariants.misdelivered(engine_of, sink) == []


def last_to_look(rivals: list[Forked], market: Market) -> Forked:
    return next(t for t in rivals if t.env["TRACKER_LOOK_USER_AGENT"] == market.visitors[-1][1])


def takeover(killed: Forked, rivals: list[Forked], market: Market) -> float:
    """Seconds until another looks; all but the one that was killed are started again and again."""
    begun, asked = time.monotonic(), len(market.visitors)
    while len(market.visitors) == asked:
        assert time.monotonic() - begun < TAKEOVER_S
        for tracker in rivals:
            if tracker is not killed and not tracker.is_running():
                tracker.up()
        time.sleep(0.05)
    seconds = market.visitors[asked][0] - begun
    killed.up()
    assert killed.ended() == 75
    return seconds


@pytest.fixture
def engine_of(database_url: str) -> Iterator[Engine]:
    engine = open_store(database_url)
    yield engine
    engine.dispose()


postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
HOLDER = text(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@postgresql
def test_f43_a_lock_that_is_lost_with_its_session_is_taken_anew(
    rivals: list[Forked], market: Market, engine_of: Engine
) -> None:
    first, second, _ = rivals
    first.up()
    first.seen(market)
    with engine_of.connect() as admin:
        holder = admin.execute(HOLDER).scalar_one()
        admin.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": holder})
        until(lambda: admin.execute(HOLDER).scalar() not in (None, holder))
    second.up()
    assert second.ended() == 75
    first.seen(market)
    assert first.stop()[0] == 0


@postgresql
def test_f43_a_tracker_whose_store_another_took_over_stops_looking(
    rivals: list[Forked], market: Market, engine_of: Engine
) -> None:
    first, *_ = rivals
    first.up()
    first.seen(market)
    with engine_of.connect() as other, engine_of.connect() as admin:
        waits = threading.Thread(target=other.execute, args=[text(f"SELECT pg_advisory_lock({KEY})")])
        waits.start()
        until(lambda: admin.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).scalar())
        admin.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": admin.execute(HOLDER).scalar_one()})
        waits.join()
        taken = time.monotonic()
        assert first.ended() == 75
    assert "another tracker took this store over" in first.log().splitlines()[-1]
    assert [at for at, _ in market.visitors if at > taken + 1] == []
