"""The verb that reads a saved page: no store, no network."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

import scrapers.catalog
from scrapers.generic import generic
from scrapers.page import Offer, Page, ReadError
from scrapers.source import Source
from tracker.adapters.charset import text_of
from tracker.cli.options import Csv, Json, form_of
from tracker.cli.output import emit
from tracker.domain.errors import Missing, TrackerError
from tracker.domain.model import Snapshot

app = typer.Typer(add_completion=False)
MEDIA_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".md": "text/markdown",
    ".mdx": "text/markdown",
    ".txt": "text/markdown",
    ".json": "application/json",
    ".xml": "application/rss+xml",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
}


@app.command()
def read(
    source: Annotated[str, typer.Argument(help="A source's id, or generic.")],
    file: Annotated[Path, typer.Argument(help="A saved page: .html, .md, .json or .xml.")],
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Extract from a saved page, without a store; what cannot be read exactly is told on standard error."""
    found, form = _source(source), form_of(json, csv)
    page = _page(file, found.url or file.absolute().as_uri())
    try:
        reading = found.read(page)
    except ReadError as e:
        raise TrackerError(f"{file}: {e.kind}: {e.words}") from e
    for refused in reading.refused:
        sys.stderr.write(f"refused: {refused.reason} ({refused.label[:200]})\n")
    if reading.articles:
        emit([_article(a) for a in reading.articles], form, columns=("published_at", "title", "url"))
    else:
        columns = ("model", "meter", "price", "currency", "terms")
        emit([_offer(o) for o in reading.offers], form, columns=columns)


def _source(id: str) -> Source:
    if id == "generic":
        return Source(url="", reader=generic, id="generic", kind="providers")
    available = scrapers.catalog.sources()
    if id not in available:
        available = _set_by_the_user()
    if id not in available:
        raise typer.BadParameter(
            f"no source is called {id}; there are {', '.join(sorted(available))}, generic"
        )
    return available[id]


def _set_by_the_user() -> dict[str, Source]:
    from tracker.cli import common  # settings are not needed for a source that ships, and cost half a second

    return common.sources(common.settings())


def _page(file: Path, url: str) -> Page:
    try:
        body = file.read_bytes()
    except OSError as e:
        raise Missing(f"cannot read {file}: {e.strerror}") from e
    media_type = MEDIA_TYPES.get(file.suffix.lower(), "text/html")
    snapshot = Snapshot(url, datetime.now(UTC), 200, media_type, "", body)
    return Page(url, text_of(snapshot), media_type)


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "model": offer.model,
        "meter": offer.meter,
        "price": offer.price,
        "currency": offer.currency,
        "terms": offer.terms.as_dict(),
        "label": offer.label,
    }


def _article(article: Any) -> dict[str, Any]:
    return {
        "guid": article.guid,
        "url": article.url,
        "title": article.title,
        "published_at": article.published_at,
        "summary": article.summary,
    }
