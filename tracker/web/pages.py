"""What every page is made of: one view of the store, a template, and a place in the navigation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scrapers.source import Source
from tracker import __version__
from tracker.adapters.store import Connection, Engine, questions, snapshots, status
from tracker.adapters.store.engine import asking
from tracker.domain import wording
from tracker.web import charts, words
from tracker.web.own import Own
from tracker.web.requested import number
from tracker.web.watched import Watched, watched

HERE = Path(__file__).parent
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Refused(Exception):
    """A page that cannot be shown: its status, a title and a sentence, none of them what was asked for."""

    def __init__(self, status: int, title: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.title, self.sentence = status, title, sentence


def not_there(sentence: str = "There is no page at this address.") -> Refused:
    return Refused(404, "Nothing is here", sentence)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is asked, with one view of the store; `path` and `query` are whatever somebody wrote."""

    connection: Connection
    now: datetime
    sources: Mapping[str, Source]  # the enabled ones
    trouble: str  # of the process
    path: Mapping[str, str]
    query: Mapping[str, str]  # of a name that is given twice, the last
    own: Own = Own()  # noqa: RUF009 (frozen)

    def id(self, name: str = "id") -> int:
        """A number of the path; raises Refused where it is none that could be an id."""
        found = number(self.path[name])
        if found is None:
            raise not_there()
        return found

    def seen(self) -> list[Watched]:
        """How the enabled sources are, those in trouble first."""
        return watched(questions.source_rows(self.connection), self.sources, self.now)


Shown = tuple[str, dict[str, Any]]  # the name of a template, and what it prints


@dataclass(frozen=True, slots=True)
class Route:
    """A page by its address. `label` puts it into the navigation; others stand `under` a page that is there.

    `page` blocks, may raise Refused and TrackerError, and writes nothing.
    """

    path: str
    page: Callable[[Asked], Shown]
    label: str = ""
    under: str = ""

    @property
    def here(self) -> str:
        return self.under or self.path


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


def environment(static: Mapping[str, Static], routes: Sequence[Route] = ()) -> Environment:
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
    addresses = {name: f"/static/{name}?{f.tag}" for name, f in static.items()}
    env.globals.update(
        version=__version__,
        still=None,
        static=addresses,
        chart_script=charts.script(addresses.get("chart.js", "")),
        nav=[(route.path, route.label) for route in routes if route.label],
    )
    return env


@dataclass(frozen=True, slots=True)
class Rendering:
    """One page as asked for: equal ones are asked once; called, it asks the store and renders."""

    route: Route
    path: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...]
    pages: Pages = field(compare=False, repr=False)

    def __call__(self) -> str:
        return self.pages.show(self.route, dict(self.path), dict(self.query))


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages. Every method that asks the store blocks, and raises TrackerError."""

    engine: Engine
    sources: Callable[[], Mapping[str, Source]]
    now: Callable[[], datetime]
    trouble: Callable[[], str]
    env: Environment
    own: Callable[[], Own] = Own

    def show(self, route: Route, path: Mapping[str, str], query: Mapping[str, str]) -> str:
        """The page of a route; raises Refused."""
        sources, now = self.sources(), self.now()
        trouble = wording.harmless(self.trouble(), 500)
        with asking(self.engine) as connection:
            name, context = route.page(Asked(connection, now, sources, trouble, path, query, self.own()))
        urls = {id: source.url for id, source in sources.items()}
        standing = {"urls": urls, "now": now, "trouble": trouble, "here": route.here}
        return self.env.get_template(name).render(standing | context)

    def snapshot(self, id: int) -> bytes | None:
        """The bytes of a kept page; None where there is none of that number."""
        with asking(self.engine) as connection:
            row = status.snapshot_row(connection, id)
            return None if row is None else snapshots.body(connection, row.sha256)

    def sorry(self, title: str, sentence: str) -> str:
        """A page in place of the one that cannot be shown; asks nothing."""
        shown = {"title": title, "sentence": sentence, "now": self.now(), "here": ""}
        return self.env.get_template("sorry.html").render(shown)
