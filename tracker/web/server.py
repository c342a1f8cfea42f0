"""Serves the application in a process that has its own signals and logs."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI


class Server(uvicorn.Server):
    """uvicorn without signal handlers: the daemon has its own."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app, log_config=None, access_log=False, timeout_graceful_shutdown=1, lifespan="off"
            )
        )

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
