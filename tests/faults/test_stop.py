"""F55: it stops in the time that is promised, and takes new settings without a stop."""

from __future__ import annotations

import random
import signal
import socket
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.faults import invariants
from tests.faults.launch import Launcher
from tests.faults.market import Forked, Market
from tests.loopback.sinkd import Sink
from tests.tracker_process import until
from tracker.adapters.store.engine import open_store

pytestmark = pytest.mark.catalogue
sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PROMISED_S = 8


@sqlite
def test_f55_sigterm_ends_it_within_eight_seconds_whatever_hangs(
    watched: Forked, market: Market, sink: Sink, engine: Engine
) -> None:
    """A fetch that gets no answer, a reader that never comes back, a send that stalls, and a slow visitor."""
    sink.mode = "stall"
    for id in ("acme", "cask"):
        market.move(id)
    market.hanging = {"/bolt"}
    market.asked.clear()
    watched.up(hang="/cask")
    sink.wait(1, 20)
    until(lambda: {("/bolt", 0), ("/cask", 200)} <= set(market.asked))
    with socket.create_connection(("127.0.0.1", watched.port)) as visitor:
        visitor.sendall(b"GET / HTTP/1.1\r\nHost: ")
        code, seconds = watched.stop()
    assert code == 0 and seconds < PROMISED_S, watched.log()
    assert invariants.broken(engine) == []
    sink.mode = "ok"
    watched.settle_down(market, engine)
    assert invariants.misdelivered(engine, sink) == []
    assert invariants.counts(engine, sink)["repeats"] == 1


def test_f55_what_does_not_hang_is_ended_in_peace_and_nothing_comes_twice(
    watched: Forked, market: Market, sink: Sink, engine: Engine
) -> None:
    dice, slowest = random.Random(55), 0.0
    sink.mode = "slow=0.1"
    with market.stirring(0.05):
        for _ in range(3):
            watched.up()
            watched.seen(market)
            time.sleep(dice.uniform(0, 0.3))
            code, seconds = watched.stop()
            assert code == 0
            slowest = max(slowest, seconds)
            assert invariants.broken(engine) == []
    watched.settle_down(market, engine)
    assert slowest < 3
    assert invariants.misdelivered(engine, sink) == []
    counts = invariants.counts(engine, sink)
    assert counts["moves"] > 3 and (counts["uncertain"], counts["repeats"]) == (0, 0)


def test_f55_stopped_while_it_begins_the_store_is_as_before_or_ready(
    launcher: Launcher, tmp_path: Path, database_url: str, market: Market, sink: Sink
) -> None:
    """In the middle of the migration too: the next start goes on from there."""
    with Forked(launcher, tmp_path, database_url) as tracker:
        tracker.settings(market.settings(sink))
        for wait in (0.01, 0.02, 0.04, 0.06, 0.1):
            tracker.up()
            time.sleep(wait)
            code, seconds = tracker.stop()
            assert code in (0, -signal.SIGTERM) and seconds < PROMISED_S
        tracker.up()
        tracker.seen(market)
        engine = open_store(database_url)
        tracker.settle_down(market, engine)
        assert invariants.broken(engine) == []
        engine.dispose()


@sqlite
def test_f55_sighup_takes_good_settings_and_keeps_the_old_ones_where_the_new_are_bad(
    watched: Forked, market: Market, sink: Sink, engine: Engine
) -> None:
    good = market.settings(sink)
    watched.up()
    watched.seen(market)
    watched.settings(good.replace('every = "1s"', 'every = "soon"', 1) + '[loook]\npace = "1s"\n')
    watched.launcher.kill(watched.pid, signal.SIGHUP)
    until(lambda: "daemon.reload_refused" in watched.log())
    (told,) = (line for line in watched.log().splitlines() if "daemon.reload_refused" in line)
    assert "every" in told and "loook" in told and "tracker.toml:" in told
    watched.seen(market)
    market.ids.append("dusk")
    market.prices["dusk"] = market.prices["still"]
    market.show("dusk")
    watched.settings(market.settings(sink).replace("[source.acme]\n", "[source.acme]\nenabled = false\n"))
    watched.launcher.kill(watched.pid, signal.SIGHUP)
    until(lambda: market.is_known(engine, "dusk"))
    asked = len(market.statuses("/acme"))
    market.move("bolt")
    sink.wait(1, 20)
    assert len(market.statuses("/acme")) == asked
    assert watched.stop()[0] == 0
    assert "Traceback" not in watched.log() and "daemon.trouble" not in watched.log()
    assert invariants.broken(engine) == []
