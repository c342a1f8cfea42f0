"""A store with all that a page can show: days of the demo, the bundled history, and a busy week on top."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine

from scrapers.source import Source
from tests.web import week
from tests.web.stock import NOW
from tracker.adapters.store import bundled
from tracker.adapters.store.engine import open_store, writing
from tracker.demo import Demo

DAYS = (date(2026, 8, 15), date(2026, 8, 22))  # two moves, one of them at a host as well
EACH = 1  # addresses of a kind that has a blank
LATER = datetime(2026, 11, 24, tzinfo=UTC)  # by then the bundled facts are known, and the looks are stale


def a_whole_store(folder: Path) -> tuple[Engine, Mapping[str, Source]]:
    """The store lies in `folder`; its clock says stock.NOW, three weeks after the demo's last day."""
    with ThreadPoolExecutor(1) as own:  # Playwright has a loop in this thread
        own.submit(lambda: asyncio.run(Demo(*DAYS, speed=1e6).run(folder))).result()
    engine = open_store(f"sqlite:///{folder}/demo.db")
    with writing(engine) as connection:
        bundled.load(connection, NOW)
    return engine, week.a_busy_week(engine)


def reading(app: FastAPI) -> Iterator[APIRoute]:
    """Every route that answers who reads: pages, kept bytes, pictures, monitors, feeds, the API."""
    return (r for r in app.routes if isinstance(r, APIRoute) and "GET" in (r.methods or ()))


def kinds_of(app: FastAPI, port: int, each: int = EACH) -> dict[str, list[str]]:
    """Addresses of the application on `port` by the path of their route: as links lead to it.

    Of a route there is one with each parameter, and `each` of those that have a blank. What no link
    leads to has none: the API is asked by programs, and tried by its document.
    """
    routes = list(reading(app))
    found: dict[str, list[str]] = {r.path: [] for r in routes if not r.path.startswith("/api")}
    waiting = [path for path in found if "{" not in path]
    met, room = set(waiting), defaultdict(lambda: each)
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
    while waiting:
        address = waiting.pop(0)
        path, _, query = address.partition("?")
        kind = next((r.path for r in routes if r.path_regex.match(path)), "")
        names = frozenset(parse_qs(query))
        if kind not in found or len(names) > 1 or not room[kind, names]:
            continue
        room[kind, names] -= 1 if "{" in kind else each
        found[kind].append(address)
        new = [link for link in _links(client.get(address)) if link not in met]
        met.update(new)
        waiting += new
    client.close()
    return found


def _links(answer: httpx.Response) -> list[str]:
    """Where a page leads to within the application."""
    if not answer.headers["content-type"].startswith("text/html"):
        return []
    tree = LexborHTMLParser(answer.text)
    nodes = tree.css("a[href], img[src], source[srcset], link[href]")
    said = (node.attributes.get(name) for node in nodes for name in ("href", "src", "srcset"))
    within = [link.partition("#")[0] for link in said if link and link.startswith("/")]
    return list(dict.fromkeys(within))
