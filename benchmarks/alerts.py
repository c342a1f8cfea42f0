"""How long a message takes: from the look that confirms a move until a webhook has it, by a real tracker.

`python -m benchmarks.alerts`: a process that watches 1,000 pages of this machine, some of whose prices move
while it looks, and then a price list of which 10,000 prices move at once. Both end by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import scrapers.catalog

LONGEST_S = 120.0  # for anything that is waited for
MODELS = 8  # on each of many pages
HEAD = "<html><head><title>Prices</title></head><body><h1>API pricing per 1M tokens</h1><table>"
ROW = "<tr><th>Model</th><th>Input</th><th>Output</th></tr>"


class Loopback:
    """Pages at /0, /1, …, and a webhook at /hook, on one port: what was asked, and what arrived when."""

    def __init__(self, count: int, models: int) -> None:
        self.prices = [[10] * models for _ in range(count)]
        self.asked: list[tuple[float, int]] = []
        self.received: list[tuple[float, str, str]] = []  # when, the delivery's id, the text
        self.address = ""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()

    def __enter__(self) -> Loopback:
        threading.Thread(target=self._run, daemon=True).start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        server = self._loop.run_until_complete(
            asyncio.start_server(self._talk, "127.0.0.1", 0, limit=1 << 24)
        )
        self.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"(?im)^content-length: *(\d+)", head)
                body = await reader.readexactly(int(length[1])) if length else b""
                writer.write(self._answer(head, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, head: str, body: bytes) -> bytes:
        path = head.split(" ", 2)[1].strip("/")
        if path == "hook":
            id = re.search(r"(?im)^x-delivery-id: *(\S+)", head)
            self.received.append((time.time(), id[1] if id else "", json.loads(body)["text"]))
            return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        self.asked.append((time.time(), int(path)))
        rows = "".join(
            f"<tr><td>Model {path}-{n}</td><td>${price}</td><td>${4 * price}</td></tr>"
            for n, price in enumerate(self.prices[int(path)])
        )
        page = f"{HEAD}{ROW}{rows}</table></body></html>".encode()
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
            + f"Content-Length: {len(page)}\r\n\r\n".encode()
            + page
        )


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def tracker(folder: Path, at: Loopback, every: str) -> Iterator[subprocess.Popen[bytes]]:
    """A tracker that watches every page there, and no other."""
    off = "".join(f"[source.{id}]\nenabled = false\n" for id in scrapers.catalog.sources())
    pages = "".join(
        f'[source.p{n}]\nurl = "http://{at.address}/{n}"\nreader = "generic"\nevery = "{every}"\n'
        for n in range(len(at.prices))
    )
    look = f'[look]\nallow_private = ["{at.address}"]\nrobots = false\npace = "0s"\nconfirm_after = "0s"\n'
    channel = f'[[channel]]\nname = "hook"\nurl = "http://{at.address}/hook"\n'
    (folder / "tracker.toml").write_text(f"{channel}{look}{off}{pages}")
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "HOME": str(folder),
        "TRACKER_CONFIG": str(folder / "tracker.toml"),
        "TRACKER_DATABASE_URL": f"sqlite:///{folder}/tracker.db",
        "TRACKER_BUNDLED_HISTORY": "false",
        "TRACKER_LISTEN": f"127.0.0.1:{free_port()}",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "tracker", "up"], env=env, stderr=log, stdout=log)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def until(ask: Callable[[], object], process: subprocess.Popen[bytes], what: str) -> None:
    end = time.monotonic() + LONGEST_S
    while not ask():
        assert process.poll() is None, "the tracker ended: see its log"
        assert time.monotonic() < end, f"no {what} after {LONGEST_S:g} s"
        time.sleep(0.05)


def rows(folder: Path, statement: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(f"file:{folder}/tracker.db?mode=ro", uri=True)) as store:
        return store.execute(statement).fetchall()


def peak_mib(pid: int) -> float:
    """The most memory that the tracker's own process had; its readers are processes of their own."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def seen(folder: Path, count: int) -> bool:
    try:
        return len(rows(folder, "SELECT 1 FROM sources WHERE last_well IS NOT NULL")) == count
    except sqlite3.OperationalError:  # not there yet
        return False


def many_sources(sources: int, moving: int, seconds: float) -> None:
    """(a): prices move on `moving` of the pages, spread over `seconds`."""
    dice = random.Random(5)  # noqa: S311
    with tempfile.TemporaryDirectory() as name, Loopback(sources, MODELS) as at:
        folder = Path(name)
        with tracker(folder, at, f"{max(1, round(seconds / 2))}s") as process:
            until(lambda: seen(folder, sources), process, "first look at every page")
            for n in dice.sample(range(sources), moving):
                at.prices[n][dice.randrange(MODELS)] = 8
                time.sleep(seconds / moving)
            told = "SELECT count(DISTINCT a.source) FROM alerts a JOIN deliveries d ON d.alert = a.id "
            sent = f"{told} WHERE d.state = 'sent'"
            until(lambda: int(rows(folder, sent)[0][0]) == moving, process, "message of each")
            arrived = {id: when for when, id, _ in at.received}
            written = rows(
                folder,
                "SELECT coalesce(d.part_of, d.id), a.created_at FROM deliveries d "
                "JOIN alerts a ON a.id = d.alert WHERE a.event = 'move'",
            )
            late = sorted(arrived[id] - datetime.fromisoformat(when).timestamp() for id, when in written)
            peak = peak_mib(process.pid)
    sys.stdout.write(
        f"{sources:,} sources, {moving} of which moved within {seconds:g} s: {len(late)} messages; from the "
        f"confirming look to the webhook: median {statistics.median(late):.2f} s, "
        f"p95 {late[int(0.95 * len(late))]:.2f} s, longest {late[-1]:.2f} s; peak memory {peak:.0f} MiB\n"
    )


def many_moves(moves: int) -> None:
    """(b): two prices of each of so many models, on a list of two and a half times as many, move at once."""
    models = moves // 2
    with tempfile.TemporaryDirectory() as name, Loopback(1, models * 5 // 2) as at:
        folder = Path(name)
        with tracker(folder, at, "2s") as process:
            until(lambda: seen(folder, 1), process, "first look")
            before, first = peak_mib(process.pid), len(at.asked)
            at.prices[0][:models] = [8] * models
            until(lambda: at.received, process, "message")
            when, _, text = at.received[0]
            looks = [began for began, _ in at.asked[first:] if began <= when]
            peak = peak_mib(process.pid)
            time.sleep(3)
            requests = len(at.received)
    sys.stdout.write(
        f"{moves:,} moves of one source: {when - looks[-1]:.2f} s from the last look's request and "
        f"{when - looks[0]:.2f} s from the first of {len(looks)} to the message, {requests} request(s), "
        f"{len(text):,} characters, {text.splitlines()[0]!r}; peak memory {peak:.0f} MiB, {before:.0f} "
        "before\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--moving", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--moves", type=int, default=10_000)
    options = parser.parse_args()
    many_moves(options.moves)
    many_sources(options.sources, options.moving, options.seconds)


if __name__ == "__main__":
    main()
