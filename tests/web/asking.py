"""How the tests ask the application: without a network, or over a real loopback server."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine

from scrapers.source import Source
from tests.web.stock import NOW
from tracker.web.app import make_app

PAGES = ("/", "/prices", "/moves", "/events", "/sources", "/articles")
OF_ONE = ("/moves/1", "/snapshots/1/shown?move=1", "/snapshots/1/shown?price=1")  # of one thing
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # where nothing is read
HOSTILE = (
    "<script>window.__pwned=1</script>",
    '"><img src=x onerror="window.__pwned=1">',
    "</script><script>window.__pwned=1</script>",
    "{{7*7}}${7*7}",
    "{% include 'base.html' %}",
    "=cmd|' /C calc'!A0",
    "\u202egpj.exe\u2066",
    "<!channel> @everyone [a](javascript:alert(1))",
    "<svg/onload=window.__pwned=1>",
    "x" * 10_000,
)


def app_over(
    engine: Engine,
    sources: Mapping[str, Source] | None = None,
    trouble: Callable[[], str] = lambda: "",
    token: Callable[[], str] = str,
    base_url: Callable[[], str] = str,
    now: datetime = NOW,
) -> FastAPI:
    return make_app(
        engine, lambda: sources or {}, now=lambda: now, trouble=trouble, token=token, base_url=base_url
    )


def ask(app: FastAPI, *paths: str, method: str = "GET", **headers: str) -> list[httpx.Response]:
    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://tracker.example") as client:
            return [await client.request(method, path, headers=headers) for path in paths]

    return asyncio.run(run())


def get(app: FastAPI, path: str, **headers: str) -> httpx.Response:
    return ask(app, path, **headers)[0]


def words_of(html: str) -> str:
    body = LexborHTMLParser(html).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """The port of a real server over `app`."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)
