"""F42: killed with SIGKILL wherever it hurts, nothing is lost and hardly anything comes twice."""

from __future__ import annotations

import ast
import random
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

import tracker
from tests.faults import invariants
from tests.faults.launch import SENDS
from tests.faults.market import Forked, Market
from tests.loopback.sinkd import Sink
from tests.tracker_process import until

pytestmark = pytest.mark.catalogue
WRITES = (
    "register",
    "release",
    "end_orphans",
    "beat",
    "keep",
    "record",
    "record of an alert",
    "record_unchanged",
    "record_failure",
    "claim",
    "settle",
)
POINTS = [f"{side} {write}" for write in WRITES for side in ("before", "after")] + list(SENDS)
KILLS = 100


def test_f42_every_commit_of_the_jobs_has_its_crash_points() -> None:
    """A new write must be named in WRITES before it is taken for safe."""
    jobs = [ast.parse(file.read_text()) for file in Path(tracker.__file__).parent.glob("*.py")]
    calls = [node for job in jobs for node in ast.walk(job) if isinstance(node, ast.Call)]
    written = [c.args[0] for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "write"]
    named = {w.attr if isinstance(w, ast.Attribute) else w.id for w in written}  # type: ignore[attr-defined]
    assert named == {write.removesuffix(" of an alert") for write in WRITES}


def test_f42_killed_at_every_commit_and_every_send_nothing_is_lost(
    watched: Forked, market: Market, sink: Sink, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    with market.stirring(0.15):
        for point in POINTS:
            watched.up(trap=point)
            assert watched.ended() == -9, f"{point}: {watched.log()[-2000:]}"
            assert invariants.broken(engine) == [], point
    kills_in_sends = len(SENDS) + 2  # after the claim, and before it is settled
    watched.settle_down(market, engine)
    prove(engine, sink, kills_in_sends, f"{len(POINTS)} crash points", capsys)


def test_f42_killed_a_hundred_times_at_random_nothing_is_lost(
    watched: Forked, market: Market, sink: Sink, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(42)
    sink.mode = "slow=0.02"
    kills = 0
    with market.stirring(0.08):
        while kills < KILLS:
            asked = len(market.asked)
            watched.up()
            if dice.random() < 0.75:  # else it is killed while it starts
                until(lambda asked=asked: len(market.asked) > asked or not watched.is_running())
            time.sleep(dice.uniform(0, 0.25))
            code = watched.kill()
            # PostgreSQL may still be about to notice that the one before is gone.
            assert code == -9 or (code == 75 and "postgresql" in watched.env["TRACKER_DATABASE_URL"])
            kills += code == -9
    assert invariants.broken(engine) == []
    watched.settle_down(market, engine)
    prove(engine, sink, kills, f"{kills} random kills", capsys)


def prove(engine: Engine, sink: Sink, kills: int, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invariants.broken(engine) == []
    assert invariants.waiting(engine) == []
    assert invariants.misdelivered(engine, sink) == []
    counts = invariants.counts(engine, sink)
    with capsys.disabled():
        print(f"\n{what} on {engine.dialect.name}: {counts}")
    assert counts["moves"] >= 20 and counts["alerts"] >= 10, "nothing was going on"
    # One channel sends one message at a time, so a kill cuts off one try at most.
    assert max(counts["repeats"], counts["uncertain"]) <= kills
