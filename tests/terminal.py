"""A terminal of our own: a process runs in it, and what it draws, and how it ends, can be asked."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")
COLOURS = re.compile(r"\x1b\[[0-9;]*\b(?:3[0-7]|4[0-7]|9[0-7]|38;5;\d+|48;5;\d+)m")
ENTERS, LEAVES, HOME = "\x1b[?1049h", "\x1b[?1049l", "\x1b[H"


class Terminal:
    """A process on a terminal of so many columns and rows."""

    def __init__(
        self, words: Sequence[str], folder: Path, env: Mapping[str, str], columns: int = 100, rows: int = 30
    ) -> None:
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.modes = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            words,
            cwd=folder,
            env={"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **env},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.slave = slave
        self.text = ""

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds: float = 0.1) -> str:
        """What comes within that time; all of it is in `text`."""
        came, end = b"", time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and select.select([self.master], [], [], left)[0]:
            try:
                part = os.read(self.master, 65536)
            except OSError:  # nobody holds the other end
                break
            if not part:
                break
            came += part
        said = came.decode("utf-8", "replace")
        self.text += said
        return said

    def until(self, words: str, seconds: float = 30) -> str:
        """Everything up to now, as soon as the words have come since the call."""
        end, came = time.monotonic() + seconds, ""
        while words not in came:
            assert time.monotonic() < end, f"no {words!r} in {came[-2000:]!r}"
            is_over = self.process.poll() is not None
            came += self.read()
            assert words in came or not is_over, f"it ended: {came[-2000:]!r}"
        return came

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def send(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def end(self, seconds: float = 20) -> int:
        """Its exit code; what it still wrote is in `text`."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it goes on: {self.text[-500:]!r}"
            self.read(0.05)
        self.read()
        return self.process.returncode

    def is_as_before(self) -> bool:
        """Whether the terminal's modes are what they were."""
        return termios.tcgetattr(self.slave)[3] == self.modes[3]

    def frames(self) -> list[list[str]]:
        """What was drawn on the alternate screen, screen by screen, as plain lines."""
        drawn = self.text.partition(ENTERS)[2].partition(LEAVES)[0]
        return [ESCAPES.sub("", screen).split("\r\n") for screen in drawn.split(HOME)[1:] if screen.strip()]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        os.close(self.master)
        os.close(self.slave)
