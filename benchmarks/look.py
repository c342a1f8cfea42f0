"""What a look costs: one pass of `check` over a thousand pages, against bare httpx and selectolax on them.

Processor time of this process, all its threads, and of the processes in which its readers work; the pages
are served by another one.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import structlog
from selectolax.lexbor import LexborHTMLParser

from scrapers.generic import generic
from scrapers.source import Source
from tracker.adapters import reading
from tracker.adapters.clock import SystemClock
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.store import sources as states
from tracker.adapters.store.engine import open_store
from tracker.adapters.store.migrate import migrate
from tracker.check import check
from tracker.domain.settings import Look, Settings

SHAPES = 40
EDITIONS = (1, 2, 3)
IN_FLIGHT = 8  # of the tracker's default, and the number at which httpx costs least
HEADINGS = (
    ("Model", "Input", "Output"),
    ("Model", "Input / 1M tokens", "Cached input / 1M tokens", "Output / 1M tokens"),
    ("Model name", "Context", "Input price per 1M tokens", "Output price per 1M tokens"),
    ("Model", "Base input tokens", "5m cache writes", "Cache hits", "Output tokens"),
)
PROSE = (
    "Prices are listed for one million tokens and exclude taxes; usage is billed at the end of each month. "
)


# --- the pages ---


def page(number: int, edition: int) -> str:
    """One of SHAPES pages, 20 to 150 KB; `number` varies its prices, `edition` only what is beside them.

    Editions 2 and 3 differ in a script, 1 and 2 in a sentence too.
    """
    shape = number % SHAPES
    layout = random.Random(shape)  # noqa: S311
    prices = random.Random(number)  # noqa: S311
    size = 20_000 + 130_000 * shape // (SHAPES - 1)
    headings = HEADINGS[shape % len(HEADINGS)]
    rows = "".join(_row(n, headings, layout, prices) for n in range(8 + shape * 2))
    head = "".join(f'<th scope="col" class="px-4 py-2 text-left">{h}</th>' for h in headings)
    unit = f"<p>All prices are in USD per 1M tokens. Edition {min(edition, 2)} of this page.</p>"
    grid = f'<table class="prices"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    table = f'<div class="wide">{unit}{grid}</div>'
    around = size - len(table)
    script = (
        f"<script>window.__state={{edition:{edition},x:'{'ab12' * (max(around, 0) * 3 // 40)}'}}</script>"
    )
    nested = "".join(
        f'<section class="card c{n}"><h3>Section {n}</h3><p>{PROSE}</p>'
        "<ul><li>one</li><li>two</li></ul></section>"
        for n in range(max(around - len(script), 0) // 230)
    )
    return (
        f"<!doctype html><html lang=en><head><title>Pricing {number}</title>{script}</head>"
        f"<body><nav><a href=/>Home</a></nav><main><h1>Pricing</h1>{table}{nested}</main></body></html>"
    )


def _row(n: int, headings: tuple[str, ...], layout: random.Random, prices: random.Random) -> str:
    cells = [f"Acme {layout.choice(('Large', 'Small', 'Mini', 'Vision'))} {n}"]
    for heading in headings[1:]:
        cells.append("128K" if heading == "Context" else f"${prices.randint(1, 9_999) / 100:.2f}")
    return "<tr>" + "".join(f'<td class="px-4 py-2"><span>{c}</span></td>' for c in cells) + "</tr>"


def serve(ready: Connection, count: int) -> None:
    """Answer GET /EDITION/NUMBER on a free port of 127.0.0.1 until killed."""
    kept: dict[tuple[int, int], bytes] = {}

    def body(path: str) -> bytes:
        edition, number = (int(part) for part in path.strip("/").split("/"))
        if (edition, number) not in kept:
            kept[edition, number] = page(number, edition).encode()
        return kept[edition, number]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ", 2)[1]
                writer.write(answer(path, head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(path: str, head: str) -> bytes:
        if path == "/robots.txt":
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        number = path.rsplit("/", 1)[1]
        tag = f'"{edition[0]}-{number}"'
        if tag in head and edition[1]:
            return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode()
        whole = body(f"{edition[0]}/{number}")
        return (
            f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: {tag}\r\n"
            f"Content-Length: {len(whole)}\r\n\r\n"
        ).encode() + whole

    edition = [1, 0]  # which one is served; whether a server that knows it is unchanged says so

    async def run() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        for number in range(count):
            for one in EDITIONS:
                body(f"{one}/{number}")
        ready.send(server.sockets[0].getsockname()[1])
        loop = asyncio.get_running_loop()

        def change() -> None:
            edition[:] = ready.recv()
            ready.send(edition)

        loop.add_reader(ready.fileno(), change)
        await asyncio.Event().wait()

    asyncio.run(run())


@contextmanager
def served(count: int) -> Iterator[tuple[str, Callable[[int, int], None]]]:
    """The server's address, and a way to change the edition of all its pages and whether it says 304."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, count), daemon=True)
    process.start()

    def change(edition: int, says_unchanged: int) -> None:
        ours.send((edition, says_unchanged))
        ours.recv()

    try:
        yield f"http://127.0.0.1:{ours.recv()}", change
    finally:
        process.kill()
        process.join()


# --- the two who look ---


async def bare(address: str, count: int) -> int:
    """Fetch every page by plain httpx and take every cell's text by plain selectolax; how many cells."""
    cells = 0
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def one(client: httpx.AsyncClient, number: int) -> None:
        nonlocal cells
        async with slots:
            answer = await client.get(f"{address}/page/{number}")
        tree = LexborHTMLParser(answer.content)
        for table in tree.css("table"):
            for row in table.css("tr"):
                cells += len([cell.text(strip=True) for cell in row.iter() if cell.tag in ("td", "th")])

    async with httpx.AsyncClient() as client:
        await asyncio.gather(*(one(client, n) for n in range(count)))
    return cells


@dataclass(frozen=True)
class Tracker:
    """A tracker on a store of its own, with a source a page."""

    edges: Edges

    async def look(self) -> int:
        """One pass of `check`; how many sources were well."""
        looked = await check(self.edges, list(self.edges.sources))
        return sum(one.outcome == "well" for one in looked)


@contextmanager
def tracker(address: str, count: int) -> Iterator[Tracker]:
    look = Look(
        pace=timedelta(0),
        confirm_after=timedelta(0),
        allow_private=frozenset({address.removeprefix("http://")}),
        concurrency=IN_FLIGHT,
    )
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{folder}/tracker.db")
        migrate(engine)
        clock = SystemClock()
        found = {
            f"p{n}": Source(f"{address}/page/{n}", generic, id=f"p{n}", kind="providers")
            for n in range(count)
        }
        settings = Settings(f"sqlite:///{folder}/tracker.db", Path(folder), look=look)
        edges = Edges(settings, found, engine, clock, Fetcher(look, now=clock.now))
        yield Tracker(edges)
        engine.dispose()


# --- the measure ---

# What a pass finds, which edition is served then, and whether the server answers 304.
PASSES = {
    "first": ("check: every page and price is new", 1, 0),
    "words": ("check: words changed, prices did not", 2, 0),
    "scripts": ("check: only scripts changed", 3, 0),
    "same": ("check: the same bytes again", 3, 0),
    "unchanged": ("check: nothing changed, and 304 says so", 3, 1),
}


@dataclass
class Cost:
    """Processor and wall seconds of one pass."""

    processor: float
    wall: float


async def cost(pass_over: Callable[[], Awaitable[int]]) -> Cost:
    began = processor(), time.monotonic()
    await pass_over()
    return Cost(processor() - began[0], time.monotonic() - began[1])


def processor() -> float:
    """Seconds of this process and of its readers' processes, those too that began meanwhile."""
    # The clock of another process: see clock_getcpuclockid(3).
    return time.process_time() + sum(time.clock_gettime((~p.pid) << 3 | 2) for p in reading.processes)


async def measure(count: int, profiled: str) -> None:
    """Print what each pass costs; `profiled` names the pass whose profile is printed too.

    The bare pass is run before each of ours, and ours are compared with the median of all of them.
    """
    bases: list[Cost] = []
    found: dict[str, Cost] = {}
    with served(count) as (address, change), tracker(address, count) as ours:
        if profiled:
            asyncio.get_running_loop().set_default_executor(Inline())
            ours = Tracker(replace(ours.edges, store=Inline()))
        await ours.edges.write(states.register, ours.edges.sources.values(), ours.edges.clock.now())
        await bare(address, min(count, 50))  # what is imported and connected once is not counted
        for name, (words, edition, says_unchanged) in PASSES.items():
            change(edition, says_unchanged)

            async def pass_over() -> int:
                well = await ours.look()
                assert well == count, f"{count - well} of {count} were not well"
                return well

            bases.append(await cost(lambda: bare(address, count)))
            with profile(name == profiled):
                found[words] = await cost(pass_over)
        await ours.edges.fetcher.aclose()
    base = sorted(bases, key=lambda one: one.processor)[len(bases) // 2]
    sys.stdout.write(f"\n{'pass':42} {'cpu s':>7} {'ms/page':>8} {'wall s':>7} {'ratio':>6}\n")
    for words, one in {"bare httpx + selectolax (median)": base, **found}.items():
        per_page, ratio = one.processor / count * 1000, one.processor / base.processor
        sys.stdout.write(f"{words:42} {one.processor:7.2f} {per_page:8.2f} {one.wall:7.2f} {ratio:6.2f}\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{count} pages, peak memory {peak:.0f} MiB\n")


class Inline(ThreadPoolExecutor):
    """Runs what it is given at once, in the caller's thread: a profiler sees one thread only."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as e:  # handed on, as a pool does
            done.set_exception(e)
        return done


@contextmanager
def profile(wanted: bool) -> Iterator[None]:
    """Print where the time goes, by samples of the stack: it slows what is measured by nearly nothing."""
    if not wanted:
        yield
        return
    itself: Counter[str] = Counter()  # samples in which a function ran
    under_it: Counter[str] = Counter()  # samples in which it stood on the stack

    def sample(_: int, frame: FrameType | None) -> None:
        stack: list[str] = []
        while frame is not None:
            code = frame.f_code
            stack.append(f"{'/'.join(Path(code.co_filename).parts[-2:])}:{code.co_name}")
            frame = frame.f_back
        itself[stack[0]] += 1
        under_it.update(set(stack))

    signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, 0.002, 0.002)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    for title, counted in (("in the function itself", itself), ("in it and in what it calls", under_it)):
        sys.stdout.write(f"\n  {title}\n")
        for name, samples in counted.most_common(60 if counted is under_it else 25):
            sys.stdout.write(f"  {100 * samples / itself.total():6.1f} %  {name}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--profile", choices=tuple(PASSES), default="")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    asyncio.run(measure(options.pages, options.profile))


if __name__ == "__main__":
    main()
