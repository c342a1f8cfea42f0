"""The verbs for those who add sources: source new, source accept."""

from __future__ import annotations

import asyncio
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

import scrapers.catalog
from scrapers.catalog import KINDS
from scrapers.generic import generic
from scrapers.page import Page, ReadError, Reading
from tracker.adapters.charset import text_of
from tracker.adapters.fetch import Fetcher
from tracker.adapters.saved import Checkout, checkout
from tracker.cli import common
from tracker.domain.errors import FetchError, Missing, TrackerError
from tracker.domain.model import NotModified, Snapshot
from tracker.domain.skeleton import skeleton

source_app = typer.Typer(help="Make sources, and accept what they read.", no_args_is_help=True)
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@source_app.command()
def new(
    id: Annotated[str, typer.Argument(help="The new source's id: lower case, digits and dashes.")],
    url: Annotated[str, typer.Argument(help="The page of prices.")],
    kind: Annotated[str, typer.Option(help=", ".join(KINDS))] = "providers",
    accept: Annotated[str, typer.Option(help="The Accept header: some pages answer with Markdown by it.")] = (
        "text/html"
    ),
) -> None:
    """Save a page, and write a source's file from what the generic reader finds on it."""
    if not _ID.fullmatch(id):
        raise typer.BadParameter(f"{id!r} is no id: lower-case letters, digits and dashes, a letter first")
    if kind not in KINDS:
        raise typer.BadParameter(f"{kind!r} is no kind; {', '.join(KINDS)} are allowed")
    if id in scrapers.catalog.sources():
        raise typer.BadParameter(
            f"a source is called {id} already; `tracker source accept {id}` accepts its reading"
        )
    place = checkout()
    file = place.root / "scrapers" / kind / f"{id.replace('-', '_')}.py"
    page = asyncio.run(_fetched(url, accept))
    saved = place.save(id, page)
    reading, trouble = _reading(Page(url, text_of(page), page.media_type))
    file.write_text(skeleton(id, url, accept, reading), "utf-8")
    _tell(place, file, f"reader and anchors from {len(reading.offers)} prices of the page")
    _tell(place, saved, "the page")
    if trouble:
        raise TrackerError(
            f"the generic reader finds no price on {url}: {trouble}; the file needs a reader of its own"
        )
    scrapers.catalog.sources.cache_clear()
    for written in place.accept(scrapers.catalog.sources()[id]):
        _tell(place, written, "what is read from it: compare it with the page before you keep it")


@source_app.command()
def accept(
    id: Annotated[str, typer.Argument(help="A source's id.")],
    day: Annotated[str, typer.Argument(help="The day of one saved page; none means all.")] = "",
) -> None:
    """Write what the source reads today from its saved pages as their expected answers."""
    place = checkout()
    sources = scrapers.catalog.sources()
    if id not in sources and id != "generic":
        raise common.not_a_source(id, [*sources, "generic"])
    pages = [page for page in place.pages(id) if page.name.startswith(day)]
    if not pages:
        raise TrackerError(f"no page of {id} is saved{f' for {day}' if day else ''} in {place.fixtures / id}")
    written = place.accept(common.reader_of(id), day)
    for file in written:
        _tell(place, file, "rewritten: read its difference before you keep it")
    if not written:
        many = "page reads as its answer says" if len(pages) == 1 else "pages read as their answers say"
        sys.stdout.write(f"{len(pages)} saved {many}\n")


async def _fetched(url: str, accept: str) -> Snapshot:
    fetcher = Fetcher(common.settings().look, now=lambda: datetime.now(UTC))
    try:
        got = await fetcher.get(url, accept=accept)
    except FetchError as e:
        raise Missing(f"the page cannot be saved: {e.words}") from None
    finally:
        await fetcher.aclose()
    assert not isinstance(got, NotModified)  # nothing conditional was asked
    return got


def _reading(page: Page) -> tuple[Reading, str]:
    try:
        return generic(page), ""
    except ReadError as e:
        return Reading(), e.words


def _tell(place: Checkout, file: Path, what: str) -> None:
    sys.stdout.write(f"{file.relative_to(place.root)}: {what}\n")


app = typer.Typer(add_completion=False)
app.add_typer(source_app, name="source")
