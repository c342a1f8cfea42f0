"""The tracker as its users run it: a process, with settings in its environment."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[1]
T = TypeVar("T")


def until(ask: Callable[[], T], seconds: float = 20) -> T:
    """What `ask` answers as soon as it is truthy; fails if that takes too long."""
    end = time.monotonic() + seconds
    while not (found := ask()):
        if time.monotonic() > end:
            raise AssertionError(f"nothing after {seconds} s: {found!r}")
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Tracker:
    """Verbs, and one daemon, on one store."""

    def __init__(self, folder: Path, database_url: str, **env: str) -> None:
        self.port = free_port()
        self.folder = folder
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "TRACKER_DATABASE_URL": database_url,
            "TRACKER_LISTEN": f"127.0.0.1:{self.port}",
            "TRACKER_LOOK_PACE": "0s",
            "TRACKER_LOOK_CONFIRM_AFTER": "0s",
            "TRACKER_BUNDLED_HISTORY": "false",  # a test sees what it made itself
        } | env
        self.process: subprocess.Popen[bytes] | None = None

    def settings(self, toml: str) -> None:
        file = self.folder / "tracker.toml"
        file.write_text(toml)
        self.env["TRACKER_CONFIG"] = str(file)

    def run(self, *words: str, env: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
        """One verb, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "tracker", *words],
            cwd=self.folder,
            env=self.env | env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ask(self, *words: str) -> Any:
        """What a question prints as JSON."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def up(self, *launcher: str) -> None:
        """Start the daemon; `launcher` are the words between python and up."""
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, *(launcher or ("-m", "tracker")), "up"],
            cwd=self.folder,
            env=self.env,
            stdout=log,
            stderr=log,
        )

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page of the daemon's; 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()
        except OSError:
            return 0, ""

    def ready(self) -> None:
        until(lambda: self.get("/readyz")[0] == 200, 40)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Exit code and the seconds that it took."""
        assert self.process is not None
        begun = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(30)
        self.process = None
        return code, time.monotonic() - begun

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def __enter__(self) -> Tracker:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
