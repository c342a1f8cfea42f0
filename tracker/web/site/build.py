"""Writes the whole dashboard into a folder, page by page as the application answers it."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI

from scrapers.source import Source
from tracker import __version__
from tracker.adapters import exports
from tracker.adapters.site_folder import SiteFolder, site_folder
from tracker.adapters.store import Engine, names, site_contents
from tracker.adapters.store.engine import asking
from tracker.adapters.store.one_view import one_view
from tracker.adapters.store.views import NAMES
from tracker.ask.printed import cell
from tracker.domain.errors import StoreTrouble
from tracker.web import charts, scripts
from tracker.web.app import make_app
from tracker.web.own import Own
from tracker.web.pages import static_files
from tracker.web.site.inside import Answer, ask
from tracker.web.site.links import Links, Place, rewritten, rewritten_feed, swept
from tracker.web.still import Still, rows_file
from tracker.web.words import address_of

PRIVATE = {"deliveries"}  # views with what is nobody else's
FORMS = ("csv", "jsonl")
OF_NOBODY = Own()
NOT_FOUND = "404.html"
NO_FORM = (
    '<p class="more no-form">A copy has no filters and no other days: those take the tracker itself. '
    '<a href="#rows">The rows behind this page</a> are there as files.</p>'
)


@dataclass(frozen=True, slots=True)
class Made:
    """What was written."""

    pages: int
    files: int
    bytes: int


def build(
    engine: Engine,
    database_url: str,
    sources: Mapping[str, Source],
    folder: Path,
    *,
    at: datetime,
    base_url: str = "",
    own: Own = OF_NOBODY,
    on_page: Callable[[str, int, int], None] = lambda name, done, of: None,
) -> Made:
    """Write the site, as of `at`, which takes the place of a former one in `folder` when it is whole.

    Feeds and the page for what is not found name others by `base_url`, where one is given. Blocks for
    50 ms a page and as long for each of its charts; memory stays small. Raises TrackerError.
    """
    views = tuple(name for name in NAMES if name not in PRIVATE)
    base_url = base_url.rstrip("/")
    told = {"format": "site", "made_at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "tracker": __version__}
    with site_folder(folder, told) as part, one_view(engine, database_url) as held:
        for form in FORMS:
            _rows(engine, database_url, part, views, form, at)
        app = make_app(
            held,
            lambda: sources,
            now=lambda: at,
            trouble=str,
            base_url=lambda: base_url,
            own=lambda: own,
            still=Still(at, views),
        )
        copy = _Copy(app, held, part, base_url, on_page, _links(views))
        asyncio.run(copy.make())
    return Made(copy.pages, part.files, part.bytes)


def _links(views: Sequence[str]) -> Links:
    tags = {name: file.tag for name, file in static_files().items()}
    return Links(tags, frozenset(rows_file(view, form) for view in views for form in FORMS))


def _rows(
    engine: Engine, database_url: str, part: SiteFolder, views: Sequence[str], form: str, at: datetime
) -> None:
    """The rows of the store beside the pages, as every other export writes them."""
    there = part.place / rows_file("", form).rpartition("/")[0]
    exports.export(engine, database_url, there, views, form, at=at, version=__version__, cell=cell)
    for file in there.iterdir():
        part.count(file)


@dataclass(slots=True)
class _Copy:
    """The pages that are still to be asked for, and what was met on the way."""

    app: FastAPI
    engine: Engine
    folder: SiteFolder
    base_url: str
    on_page: Callable[[str, int, int], None]
    links: Links
    pages: int = 0
    _met: set[str] = field(default_factory=set)  # files that are written, or will be
    _missing: set[str] = field(default_factory=set)  # those that there is nothing for
    _waiting: deque[Place] = field(default_factory=deque)
    _beside: deque[Place] = field(default_factory=deque)  # what a page loads: asked for right after it
    _feeds: list[tuple[str, str]] = field(default_factory=list)  # their files, as the application has them

    async def make(self) -> None:
        """Ask for the pages from the first one on, and for those that no page of a list leads to."""
        self._resolve("/")
        await self._write_waiting()
        for begin in self._beginnings():
            self._resolve(begin)
            await self._write_waiting()
        await self._write_feeds()
        await self._write_not_found()
        self._sweep()

    def _beginnings(self) -> Iterator[str]:
        with asking(self.engine) as connection:
            found = [f"/sources/{id}" for id in names.source_ids(connection)]
            found += [f"/moves/{id}" for id in site_contents.moves_seen(connection)]
            found += [address_of(*model) for model in site_contents.models(connection)]
        yield from found

    def _resolve(self, link: str) -> Place | None:
        place = self.links.place(link)
        if place is None or place.file in self._missing:
            return None
        if place.file not in self._met and place.path[1:] not in self.links.rows:
            self._met.add(place.file)
            (self._waiting if place.is_page else self._beside).append(place)
        return place

    async def _write_waiting(self) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            answer = await self._answer(place)
            if answer is not None:
                await self._write_page(place.file, answer.body.decode())
            self.on_page("pages", self.pages, self.pages + len(self._waiting))

    async def _write_page(self, file: str, html: str, root: str | None = None) -> None:
        missing = len(self._missing)
        shown = rewritten(html, file, self._resolve, NO_FORM, root)
        await self._write_beside()
        if len(self._missing) > missing:  # something that the page would have led to
            shown = rewritten(html, file, self._resolve, NO_FORM, root)
        self.folder.put(file, shown.encode())
        self.pages += 1

    async def _write_beside(self) -> None:
        while self._beside:
            place = self._beside.popleft()
            dark = place.path.startswith("/charts/") and "-dark-" in place.path
            path = place.path.replace("-dark-", "-light-") if dark else place.path  # drawn once for both
            answer = await self._answer(replace(place, path=path))
            if answer is None:
                continue
            body = charts.darkened(answer.body) if dark else answer.body
            if place.path.startswith("/feeds/"):
                self._feeds.append((place.file, body.decode()))
                continue
            if place.path.startswith("/snapshots/"):
                self.links.kept += len(body)
            if place.path.startswith("/static/chart.js"):
                self._resolve(scripts.ADDRESS)
            self.folder.put(place.file, body)

    async def _write_feeds(self) -> None:
        """Last, when it is known of every page that they name whether it is there."""
        for file, xml in self._feeds:
            rewritten_feed(xml, file, self._resolve, self.base_url)  # asks for those that nothing else named
            await self._write_waiting()
            self.folder.put(file, rewritten_feed(xml, file, self._resolve, self.base_url).encode())

    async def _answer(self, place: Place) -> Answer | None:
        """What is there at an address; None where nothing is. Raises StoreTrouble where it cannot be said."""
        found = await ask(self.app, place.path, dict(place.query))
        if found.status == 200:
            return found
        if found.status >= 500:
            words = json.loads(found.body).get("error", "")
            raise StoreTrouble(f"the page {place.path[:100]!r} cannot be made: {words}")
        self._missing.add(place.file)
        return None

    async def _write_not_found(self) -> None:
        sorry = await ask(self.app, f"/{NOT_FOUND}", {}, accept="text/html")
        root = urlsplit(self.base_url).path if self.base_url else None  # at whatever depth it is shown
        await self._write_page(NOT_FOUND, sorry.body.decode(), root)

    def _sweep(self) -> None:
        """Take out the links to pages that turned out not to be there."""
        if not self._missing:
            return
        for file in self.folder.place.rglob("*.html"):
            name = file.relative_to(self.folder.place).as_posix()
            before = file.read_text(encoding="utf-8")
            after = swept(before, name, self._missing)
            if after != before:
                file.write_text(after, encoding="utf-8")
                self.folder.bytes += len(after.encode()) - len(before.encode())
