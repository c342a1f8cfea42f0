"""Serves the application in a process that has its own signals and logs."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 256  # at once: the process needs its file handles for the looks
SLOWEST_S = 10.0  # from a connection, or an answer, to the end of the next request's head


class Connection(H11Protocol):
    """A connection that does not wait for ever for a request, and of which there are not too many."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._watch(None)

    def _watch(self, before: Any) -> None:
        self._timer = self.loop.call_later(SLOWEST_S, self._hurry, before)

    def _hurry(self, before: Any) -> None:
        """Closes a connection that waited for a request then, and still waits for the same one."""
        if self.transport.is_closing():
            return
        now = self.cycle
        if now is before and (now is None or now.response_complete):
            self.transport.close()
        else:
            self._watch(now)

    def connection_lost(self, exc: Exception | None) -> None:
        if timer := getattr(self, "_timer", None):
            timer.cancel()
        super().connection_lost(exc)


class Server(uvicorn.Server):
    """uvicorn without signal handlers: the daemon has its own."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=1,
                lifespan="off",
                http=Connection,
                ws="none",
            )
        )

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
