"""Starts the tracker with a trap in it: killed at a commit or a send. The program knows nothing of this.

One process imports everything once and forks a tracker for each line that it reads, so that a restart
costs what a start costs without Python's own: `python -m tests.faults.launch`.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import http.client
import importlib
import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from queue import Queue
from typing import Any

ROOT = Path(__file__).parents[2]
SENDS = ("before send", "inside send", "after send")


# ── the test's side ──────────────────────────────────────────────────────────────────────────────────────


class Launcher:
    """`with Launcher() as launcher: pid = launcher.start({…}); launcher.ended(pid)`."""

    def __enter__(self) -> Launcher:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.launch"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._turn = threading.Lock()
        self._started: Queue[int] = Queue()
        self._codes: dict[int, Future[int]] = {}
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def start(self, wanted: dict[str, Any]) -> int:
        """The process id of a new tracker; see `_become` for what can be wanted."""
        assert self._process.stdin is not None
        with self._turn:
            self._process.stdin.write(json.dumps(wanted) + "\n")
            self._process.stdin.flush()
            return self._started.get(timeout=30)

    def ended(self, pid: int, seconds: float = 30) -> int:
        """The exit code of a tracker, -9 where it was killed so; waits for its end."""
        return self._codes[pid].result(seconds)

    def is_running(self, pid: int) -> bool:
        return not self._codes[pid].done()

    def kill(self, pid: int, number: int = signal.SIGKILL) -> None:
        if self.is_running(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            pid, code = json.loads(line)
            if code is None:
                self._codes[pid] = Future()
                self._started.put(pid)
            else:
                self._codes[pid].set_result(code)

    def __exit__(self, *_: object) -> None:
        for pid in self._codes:
            self.kill(pid)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


# ── the parent of the trackers ───────────────────────────────────────────────────────────────────────────


def main() -> None:
    _preload()
    gc.freeze()  # a fork that collects garbage would copy every page of it
    awake, bell = os.pipe()
    os.set_blocking(bell, False)
    signal.set_wakeup_fd(bell)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: set[int] = set()
    while True:
        ready, _, _ = select.select([0, awake], [], [])
        if awake in ready:
            os.read(awake, 64)
            for pid in _ended():
                children.discard(pid[0])
                _say(*pid)
        if 0 in ready:
            line = sys.stdin.buffer.raw.readline()  # type: ignore[attr-defined]
            if not line:
                break
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _become(json.loads(line))
            children.add(pid)
            _say(pid, None)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _preload() -> None:
    """What a tracker imports in its first second, so that a fork has it already."""
    import sqlalchemy
    import uvicorn

    import scrapers.catalog
    from tracker.web.app import make_app

    for late in (
        "anyio._backends._asyncio",
        "apscheduler.executors.asyncio",
        "apscheduler.triggers.interval",
        "psycopg",
        "tracker.cli.jobs",
        "tracker.cli.prices",
        "tracker.cli.questions",
        "tracker.cli.tools",
    ):
        importlib.import_module(late)
    scrapers.catalog.sources()
    nowhere = sqlalchemy.create_engine("sqlite://")
    app = make_app(nowhere, dict, now=lambda: None, trouble=str)  # type: ignore[arg-type,return-value]
    uvicorn.Config(app, log_config=None, lifespan="off").load()


def _ended() -> list[tuple[int, int]]:
    found = []
    with contextlib.suppress(ChildProcessError):
        while (done := os.waitpid(-1, os.WNOHANG))[0]:
            found.append((done[0], os.waitstatus_to_exitcode(done[1])))
    return found


def _say(pid: int, code: int | None) -> None:
    os.write(1, json.dumps([pid, code]).encode() + b"\n")


# ── the tracker ──────────────────────────────────────────────────────────────────────────────────────────


def _become(wanted: dict[str, Any]) -> None:
    """Be the tracker of this `env` in this `folder`, its words in `log`; never returns.

    `trap` names where it is killed (see `set_trap`), or stopped with `halt` instead; `uid` is whom it runs
    as; `lock_wait_s` shortens its wait for a lock, `cry_after_s` that before it tells of its store; a
    reader never comes back from a page at `hang`.
    """
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no tracker outlives its test
    code = 70
    try:
        _settle_in(wanted)
        from tracker.cli import main as tracker_main

        tracker_main()
    except SystemExit as e:
        code = e.code if isinstance(e.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _settle_in(wanted: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(wanted["env"])
    os.chdir(wanted["folder"])
    out = os.open(wanted["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (out, 1), (out, 2)):
        os.dup2(source, target)
    sys.argv = ["tracker", *wanted.get("words", ["up"])]
    _shorten(wanted)
    if wanted.get("trap"):
        set_trap(wanted["trap"], signal.SIGSTOP if wanted.get("halt") else signal.SIGKILL)
    if wanted.get("uid"):
        os.setgroups([])
        os.setgid(wanted["uid"])
        os.setuid(wanted["uid"])


def _shorten(wanted: dict[str, Any]) -> None:
    import tracker.cli.jobs
    import tracker.daemon
    from tracker.adapters import reading
    from tracker.adapters.store import engine

    tracker.cli.jobs.Daemon = partial(  # type: ignore[assignment,misc]
        tracker.daemon.Daemon,
        tick_s=0.05,
        cry_after_s=wanted.get("cry_after_s", tracker.daemon.CRY_AFTER_S),
    )
    engine.LOCK_WAIT_S = wanted.get("lock_wait_s", engine.LOCK_WAIT_S)
    if "hang" in wanted:
        reading.SERVES = ("tests.faults.launch", "serve_or_hang", wanted["hang"])  # type: ignore[assignment]


def serve_or_hang(connection: Pipe, longest_s: float, hang: str) -> None:
    """What a reader's process does that never comes back from a page at `hang`."""
    from scrapers.source import Source
    from tracker.adapters import reader

    read = Source.read
    Source.read = lambda self, page: (  # type: ignore[method-assign]
        (time.sleep(3600) if page.url.endswith(hang) else None) or read(self, page)
    )
    reader.serve(connection, longest_s)


def set_trap(point: str, number: int = signal.SIGKILL) -> None:
    """Get this signal at `point`, once: "before WRITE", "after WRITE" or one of SENDS.

    WRITE is the function that `Edges.write` was given, with " of an alert" where it wrote one.
    """
    armed = [number]

    def spring() -> None:
        if armed:
            if number == signal.SIGSTOP:
                _until_nobody_writes()
            os.kill(os.getpid(), armed.pop())

    if point in SENDS:
        _trap_sends(point, spring)
    else:
        _trap_commits(point, spring)


def _until_nobody_writes() -> None:
    """Of a process that is stopped while another thread writes to SQLite, nobody could lock the store."""
    path = os.environ["TRACKER_DATABASE_URL"].removeprefix("sqlite:///")
    if Path(path).exists():
        raw = sqlite3.connect(path, isolation_level=None, timeout=10)
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("ROLLBACK")
        raw.close()


def _trap_commits(point: str, spring: Callable[[], None]) -> None:
    """Just before a transaction's commit reaches the database, or just after."""
    from sqlalchemy import Connection, event
    from sqlalchemy.engine import Engine
    from sqlalchemy.engine.default import DefaultDialect

    from tracker.adapters.edges import Edges

    local = threading.local()  # the write under way in this thread
    write, commit = Edges.write, DefaultDialect.do_commit
    side, wanted = point.split(" ", 1)

    async def named_write(edges: Edges, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        def named(connection: Connection, *args: Any, **kwargs: Any) -> Any:
            local.name = function.__name__
            return function(connection, *args, **kwargs)

        return await write(edges, named, *args, **kwargs)

    def statement(_c: object, _cursor: object, words: str, *_: object) -> None:
        if words.startswith("INSERT INTO alerts"):
            local.name += " of an alert"

    def committing(dialect: DefaultDialect, raw: Any) -> None:
        name, local.name = getattr(local, "name", ""), ""
        if name == wanted and side == "before":
            spring()
        commit(dialect, raw)
        if name == wanted and side == "after":
            spring()

    Edges.write = named_write  # type: ignore[method-assign,assignment]
    event.listen(Engine, "before_cursor_execute", statement)
    DefaultDialect.do_commit = committing  # type: ignore[method-assign]


def _trap_sends(point: str, spring: Callable[[], None]) -> None:
    """Claimed but not sent; on the wire but not answered; answered but not settled."""
    import tracker.cli.jobs
    from tracker.adapters import notify

    answer = http.client.HTTPConnection.getresponse

    def answered(connection: http.client.HTTPConnection) -> Any:
        spring()
        return answer(connection)

    if point == "inside send":  # the request has left whole, and its answer is being waited for
        http.client.HTTPConnection.getresponse = answered  # type: ignore[method-assign]
        return

    async def send(*args: Any, **kwargs: Any) -> None:
        if point == "before send":
            spring()
        await notify.send(*args, **kwargs)
        if point == "after send":
            spring()

    tracker.cli.jobs.Daemon = partial(tracker.cli.jobs.Daemon, send=send)  # type: ignore[assignment,misc]


if __name__ == "__main__":
    main()
