"""Price pages that change all the time, and the tracker that watches them."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

import scrapers.catalog
from tests.faults import invariants
from tests.faults.launch import Launcher
from tests.loopback.pages import Pages
from tests.loopback.sinkd import Sink
from tests.test_pipe import markdown
from tests.tracker_process import Tracker, until

MODELS, MOVING = 8, 4  # a page; more than half of its models at once would be held as implausible


class Market(Pages):
    """A page a provider, whose prices move while `stirring()`; `still` never does, `flaky` fails by turns.

    So every look comes to one of the ends that a look can come to.
    """

    def __init__(self, seed: int = 1) -> None:
        super().__init__()
        self.dice = random.Random(seed)
        self.ids = ["acme", "bolt", "cask", "flaky", "still"]
        self.prices = {id: {f"Model {m}": ["10", "50"] for m in range(MODELS)} for id in self.ids}
        self.ballast = ""  # at the end of every page
        self.fails = {"/flaky"}  # pages whose every other answer is 503
        self.hanging: set[str] = set()  # pages that are never answered
        self.visitors: list[tuple[float, str]] = []  # when, and by which User-Agent, a page was asked for
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who asked was killed
        for id in self.ids:
            self.show(id)

    def move(self, id: str | None = None) -> None:
        """One price of one model moves, never by so much that it is implausible."""
        id = id or self.dice.choice(self.ids[:-1])
        prices = self.dice.choice(list(self.prices[id].values())[:MOVING])
        side = self.dice.randrange(2)
        prices[side] = str(self.dice.choice([p for p in range(10, 60) if str(p) != prices[side]]))
        self.show(id)

    def show(self, id: str) -> None:
        rows = {model: (i, o) for model, (i, o) in self.prices[id].items()}
        self.put(f"/{id}", markdown(rows) + self.ballast, "text/markdown")

    @contextmanager
    def stirring(self, every_s: float = 0.1) -> Iterator[None]:
        """Prices move as long as this holds."""
        calm = threading.Event()

        def stir() -> None:
            while not calm.wait(every_s):
                self.move()

        thread = threading.Thread(target=stir, daemon=True)
        thread.start()
        try:
            yield
        finally:
            calm.set()
            thread.join()

    def is_known(self, engine: Engine, id: str) -> bool:
        """Whether the prices that the store holds are those of the page."""
        shown = {
            (model, meter): Decimal(price)
            for model, pair in self.prices[id].items()
            for meter, price in zip(("input_mtok", "output_mtok"), pair, strict=True)
        }
        held = invariants.open_prices(engine, id)
        return {key: held.get(key) for key in shown} == shown

    def settings(self, sink: Sink, every: str = "1s") -> str:
        sources = "".join(
            f'[source.{id}]\nurl = "{self.url(f"/{id}")}"\nreader = "anthropic"\nevery = "{every}"\n'
            for id in self.ids
        )
        off = "".join(f"[source.{id}]\nenabled = false\n" for id in scrapers.catalog.sources())
        channel = f'[[channel]]\nname = "sink"\nurl = "{sink.url}/hook"\n'
        return f'{channel}[look]\nallow_private = ["{self.address}"]\nrobots = false\n{sources}{off}'

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        self.visitors.append((time.monotonic(), request.headers["User-Agent"]))
        if request.path in self.hanging:
            self.asked.append((request.path, 0))
            time.sleep(60)
        elif request.path in self.fails and self.statuses(request.path)[-1:] != [503]:
            self.asked.append((request.path, 503))
            request.send_response(503)
            request.send_header("Content-Length", "0")
            request.end_headers()
        else:
            super()._answer(request)


class Forked(Tracker):
    """A tracker whose daemon is forked by a launcher: quick to start, and with what `wanted` asks for."""

    def __init__(self, launcher: Launcher, folder: Path, database_url: str, **env: str) -> None:
        super().__init__(folder, database_url, **env)
        self.launcher = launcher
        self.pid = 0

    def up(self, *words: str, **wanted: Any) -> None:
        log = str(self.folder / "log")
        self.pid = self.launcher.start(
            {"env": self.env, "folder": str(self.folder), "log": log, "words": words or ["up"]} | wanted
        )

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        begun = time.monotonic()
        self.launcher.kill(self.pid, number)
        return self.ended(), time.monotonic() - begun

    def say(self, *words: str) -> tuple[int, str]:
        """Exit code of another verb on the same store, and what it prints."""
        out = self.folder / "said"
        out.unlink(missing_ok=True)
        wanted = {"env": self.env, "folder": str(self.folder), "log": str(out), "words": words}
        return self.launcher.ended(self.launcher.start(wanted)), out.read_text()

    def kill(self) -> int:
        self.launcher.kill(self.pid)
        return self.ended()

    def ended(self, seconds: float = 30) -> int:
        return self.launcher.ended(self.pid, seconds)

    def is_running(self) -> bool:
        return bool(self.pid) and self.launcher.is_running(self.pid)

    def seen(self, market: Market) -> None:
        """Wait until every page has been asked for since this began."""
        begun = len(market.asked)
        until(lambda: {f"/{id}" for id in market.ids} <= {path for path, _ in market.asked[begun:]})

    def settle_down(self, market: Market, engine: Engine) -> None:
        """The market stands still, and the tracker runs on until nothing waits."""
        market.fails, market.hanging = set(), set()
        if not self.is_running():
            self.up()
        until(lambda: all(market.is_known(engine, id) for id in market.ids), 30)
        until(lambda: not invariants.waiting(engine), 30)
        assert self.stop()[0] == 0
        assert "Traceback" not in self.log(), self.log()

    def trouble(self) -> str:
        """What /healthz says is wrong; empty while all is well."""
        status, words = self.get("/healthz")
        return words if status == 503 else ""

    def is_well(self) -> bool:
        return self.get("/healthz")[0] == 200

    def in_trouble(self, words: str, seconds: float = 20) -> None:
        until(lambda: words in self.trouble(), seconds)

    def well(self, seconds: float = 20) -> None:
        until(self.is_well, seconds)

    def __exit__(self, *_: object) -> None:
        if self.pid:
            self.kill()
