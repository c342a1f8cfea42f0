"""A kept page through its source's reader, in a process that may be killed: a reading or a ReadError."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import hashlib
import json
import os
import signal
import socket
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from multiprocessing.connection import Connection

import structlog

from scrapers.page import ReadError, Reading
from scrapers.read_parts import part_read
from scrapers.source import Source
from tracker.adapters import reader
from tracker.domain.model import Snapshot

log = structlog.get_logger()
MOST_READERS = min(4, max(2, os.cpu_count() or 1))  # at work at one time: one that hangs holds up no other
START_S = 60.0  # in which a new process must be ready
SERVES = (reader.__name__, reader.serve.__name__)


async def read(source: Source, snapshot: Snapshot) -> Reading:
    """What the page says; raises ReadError only."""
    asked = reader.question(source, snapshot)
    answer = await asyncio.get_running_loop().run_in_executor(_threads(), _ask, asked)
    if isinstance(answer, str):
        log.warning("check.reader_tripped", source=source.id, error=answer)
        raise ReadError("parse_error", f"the reader tripped over the page: {answer}")
    if isinstance(answer, ReadError):
        raise answer
    return answer


def part_of(source: Source, snapshot: Snapshot) -> str:
    """The hash of the part of a page that its reader reads: while it is the same, so is what it says."""
    page = reader.page_of(snapshot)
    part = f"{page.media_type}\n{part_read(source.reader, page)}"
    return hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()


class Process:
    """A reader's process, from this side. Raises OSError or EOFError where none can be started."""

    def __init__(self) -> None:
        mine, its = socket.socketpair()
        self._connection = Connection(mine.detach())
        self._is_over = False
        with its:
            # Never fork: threads are at work here. Its standard input is the way to it.
            stdin = [(os.POSIX_SPAWN_DUP2, its.fileno(), 0)]
            self.pid = os.posix_spawn(sys.executable, _command(), os.environ, file_actions=stdin)
        processes.add(self)
        try:
            if not self._connection.poll(START_S):
                raise TimeoutError
            self._connection.recv_bytes()
        except (EOFError, OSError):
            self.kill()
            raise

    @property
    def is_alive(self) -> bool:
        if not self._is_over:
            try:
                self._is_over = os.waitpid(self.pid, os.WNOHANG)[0] != 0
            except ChildProcessError:
                self._is_over = True
        return not self._is_over

    def ask(self, asked: bytes) -> reader.Answer:
        """Its answer; raises TimeoutError, EOFError or OSError where there comes none."""
        self._connection.send_bytes(asked)
        if not self._connection.poll(reader.LONGEST_READ_S):
            raise TimeoutError
        return reader.unpack(self._connection.recv_bytes())

    def kill(self) -> None:
        processes.discard(self)
        if self.is_alive:
            os.kill(self.pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
            self._is_over = True
        self._connection.close()


processes: set[Process] = set()
_idle: deque[Process] = deque()


@cache
def _threads() -> ThreadPoolExecutor:
    """A thread for each process at work: it waits there, and does nothing else."""
    atexit.register(_end)
    return ThreadPoolExecutor(MOST_READERS, "reader")


def _ask(asked: bytes) -> reader.Answer:
    try:
        process = _hired()
    except (EOFError, OSError) as e:
        return ReadError("parse_error", f"no process for the reader could be started: {type(e).__name__}")
    try:
        answer = process.ask(asked)
    except TimeoutError:
        answer = ReadError("parse_timeout", f"reading the page took more than {reader.LONGEST_READ_S:g} s")
    except (EOFError, OSError):
        answer = ReadError("parse_error", "the reader's process died of the page")
    else:
        if answer != MemoryError.__name__:
            _idle.append(process)
            return answer
        answer = ReadError("too_large", f"reading the page took more than {reader.MOST_MEMORY >> 20} MiB")
    process.kill()
    return answer


def _hired() -> Process:
    """A process that waits for work, else a new one."""
    while _idle:
        process = _idle.pop()
        if process.is_alive:
            return process
        process.kill()
    return Process()


def _end() -> None:
    for process in list(processes):
        process.kill()


_SERVE = """
import importlib, json, sys
from multiprocessing.connection import Connection
sys.path[:], (module, function, *more), longest_s = json.loads(sys.argv[1])
getattr(importlib.import_module(module), function)(Connection(0), longest_s, *more)
"""


def _command() -> list[str]:
    """Python that finds what this one finds, and serves."""
    path = [entry or os.getcwd() for entry in sys.path]  # noqa: PTH109
    said = json.dumps([path, SERVES, reader.LONGEST_READ_S])
    return [sys.executable, *(["-B"] if sys.flags.dont_write_bytecode else []), "-c", _SERVE, said]
