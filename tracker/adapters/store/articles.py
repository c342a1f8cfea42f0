"""Articles of the feeds: an entry is known by its guid, else by its address."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from scrapers.page import Article
from tracker.adapters.store.tables import articles
from tracker.domain.model import text


def put(
    connection: Connection, source: str, seen: Iterable[Article], at: datetime, snapshot: int
) -> list[Article]:
    """Add what is new and note what was edited; the new ones, in the feed's order."""
    seen = list(seen)
    if not seen:
        return []
    rows = connection.execute(
        select(articles.c.id, articles.c.guid, articles.c.url, articles.c.title).where(
            articles.c.source == source
        )
    ).all()
    known = {row.guid: row for row in rows} | {row.url: row for row in rows if row.url}
    met: set[str] = set()
    fresh = []
    for article in seen:
        guid = _kept(article.guid)
        names = {guid, article.url} - {""}
        if names & met:
            continue  # the same entry twice in one feed
        met |= names
        row = known.get(guid) or known.get(article.url)
        values = _values(article)
        if row is None:
            insert = articles.insert().values(
                source=source, guid=guid, first_seen=at, snapshot=snapshot, **values
            )
            connection.execute(insert)
            fresh.append(article)
        elif row.title != values["title"]:
            edit = update(articles).where(articles.c.id == row.id)
            connection.execute(edit.values(**values, updated_at=at))
    return fresh


def _kept(guid: str) -> str:
    """A guid as it is kept: by its hash where it is too long."""
    return (
        text(guid, 500) if len(guid) <= 500 else hashlib.sha256(guid.encode("utf-8", "replace")).hexdigest()
    )


def _values(article: Article) -> dict[str, Any]:
    return {
        "url": text(article.url, 2000),
        "title": text(article.title, 500),
        "summary": text(article.summary, 5000),
        "published_at": article.published_at,
    }
