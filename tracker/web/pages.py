"""The pages: each asks the store once, off the event loop, and is rendered on the server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scrapers.source import Source
from tracker import __version__
from tracker.adapters.store import Connection, Engine, articles, questions, silences, snapshots, status
from tracker.adapters.store.engine import asking
from tracker.domain import wording
from tracker.domain.model import State, Status
from tracker.web import words
from tracker.web.watched import Watched, watched

HERE = Path(__file__).parent
LATEST, MOST = 20, 500  # moves on the first page, and on the page of moves
MOST_PENDING = 50  # held moves or undelivered alerts on the first page; the rest is counted
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Static:
    """A file of ours that the pages load; `tag` changes with its bytes."""

    body: bytes
    media_type: str
    tag: str


def static_files() -> dict[str, Static]:
    """Read once, so that no path of a request ever reaches the disk."""
    found = {}
    for file in sorted((HERE / "static").iterdir()):
        if file.suffix in MEDIA_TYPES:
            body = file.read_bytes()
            found[file.name] = Static(body, MEDIA_TYPES[file.suffix], hashlib.sha256(body).hexdigest()[:16])
    return found


def environment(static: Mapping[str, Static]) -> Environment:
    """Templates that escape whatever they print, and stumble over a name that is not there."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(words.FILTERS)
    env.tests.update(words.TESTS)
    env.globals.update(
        version=__version__, static={name: f"/static/{name}?{f.tag}" for name, f in static.items()}
    )
    return env


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages are made of. Every method that asks the store blocks, and raises TrackerError."""

    engine: Engine
    sources: Callable[[], Mapping[str, Source]]
    now: Callable[[], datetime]
    trouble: Callable[[], str]
    env: Environment

    def first(self) -> str:
        """The status page."""
        with asking(self.engine) as connection:
            seen, counts = self._seen(connection), status.counts(connection)
            shown: dict[str, Any] = {
                "moves": status.latest_moves(connection, [Status.confirmed], LATEST),
                "pending": status.waiting_moves(connection, MOST_PENDING),
                "claims": status.claims(connection),
                "silent": silences.standing(connection, self.now())[::-1],  # the newest first
                "alerts": [
                    row
                    for state in ("dead", "waiting")
                    for row in questions.alert_rows(connection, state, MOST_PENDING)
                    if row["part_of"] is None  # a digest is newer than its parts, and stands for them
                ],
            }
        figures = _figures(seen, counts)
        figures["held"] -= shown["claims"]
        return self._page("now.html", seen, **shown, **figures)

    def moves(self) -> str:
        """The latest moves, however they stand."""
        with asking(self.engine) as connection:
            seen = self._seen(connection)
            moves = status.latest_moves(connection, list(Status), MOST)
            total = sum(status.counts(connection)["moves"].values())
        return self._page("moves.html", seen, moves=moves, total=total)

    def all_sources(self) -> str:
        with asking(self.engine) as connection:
            seen = self._seen(connection)
        return self._page("sources.html", seen)

    def articles(self) -> str:
        """The latest articles of the feeds."""
        with asking(self.engine) as connection:
            rows = articles.rows(connection, MOST)
        return self._page("articles.html", [], articles=rows)

    def snapshot(self, id: int) -> bytes | None:
        """The bytes of a kept page; None where there is none of that number."""
        with asking(self.engine) as connection:
            row = status.snapshot_row(connection, id)
            return None if row is None else snapshots.body(connection, row.sha256)

    def sorry(self, title: str, sentence: str) -> str:
        """A page in place of the one that cannot be shown; asks nothing."""
        return self.env.get_template("sorry.html").render(title=title, sentence=sentence, now=self.now())

    def _seen(self, connection: Connection) -> list[Watched]:
        return watched(questions.source_rows(connection), self.sources(), self.now())

    def _page(self, template: str, seen: list[Watched], **shown: Any) -> str:
        title, follows = words.headline(seen)
        return self.env.get_template(template).render(
            seen=seen,
            headline=title,
            follows=follows,
            urls={id: source.url for id, source in self.sources().items()},
            now=self.now(),
            trouble=wording.harmless(self.trouble(), 500),
            **shown,
        )


def _figures(seen: list[Watched], counts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The figures at the head of the first page."""
    moves, deliveries = counts["moves"], counts["deliveries"]
    return {
        "well": sum(w.state is State.well for w in seen),
        "prices": sum(counts["prices"].get(w.id, 0) for w in seen),
        "confirmed": moves.get("confirmed", 0),
        "held": moves.get("held", 0),
        "provisional": moves.get("provisional", 0),
        "waiting": deliveries.get("waiting", 0),
        "dead": deliveries.get("dead", 0),
    }
