"""Articles of the feeds: an entry is known by its guid, else by its address."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from scrapers.page import Article
from scrapers.prose import LONGEST_TEXT
from tracker.adapters.store.chunks import chunks
from tracker.adapters.store.tables import articles, sources
from tracker.domain.model import text

_AT_ONCE = 200  # rows, whose texts may be long


@dataclass(slots=True)
class Stored:
    """What a look at a feed brought, by the ids of the articles: the new ones, and those that were edited."""

    fresh: dict[int, Article] = field(default_factory=dict)  # in the feed's order
    edited: dict[int, Article] = field(default_factory=dict)  # words that we did not have yet are among them


def put(connection: Connection, source: str, seen: Iterable[Article], at: datetime, snapshot: int) -> Stored:
    """Add what is new and note what was edited."""
    stored, met = Stored(), set[str]()
    seen = list(seen)
    known = _known(connection, source) if seen else {}
    there: dict[int, Article] = {}
    for article in seen:
        guid = _kept(article.guid)
        names = {guid, article.url} - {""}
        if names & met:
            continue  # the same entry twice in one feed
        met |= names
        row = known.get(guid) or known.get(article.url)
        if row is not None:
            there[row.id] = article
            continue
        insert = articles.insert().values(
            source=source, guid=guid, first_seen=at, snapshot=snapshot, **_values(article)
        )
        stored.fresh[connection.execute(insert.returning(articles.c.id)).scalar_one()] = article
    stored.edited = _edited(connection, there, at)
    return stored


def _known(connection: Connection, source: str) -> dict[str, Any]:
    columns = (articles.c.id, articles.c.guid, articles.c.url)
    rows = connection.execute(select(*columns).where(articles.c.source == source)).all()
    return {row.guid: row for row in rows} | {row.url: row for row in rows if row.url}


def _edited(connection: Connection, there: Mapping[int, Article], at: datetime) -> dict[int, Article]:
    """Those that say something else now; a text that is there for the first time is no edit of theirs."""
    edited, ids = {}, list(there)
    for part in chunks(ids, _AT_ONCE):
        columns = (articles.c.id, articles.c.title, articles.c.text)
        for row in connection.execute(select(*columns).where(articles.c.id.in_(part))):
            article = there[row.id]
            values = _values(article)
            values["text"] = values["text"] or row.text  # a feed that no longer carries it takes nothing back
            if (row.title, row.text) == (values["title"], values["text"]):
                continue
            if row.title != values["title"] or row.text:
                values["updated_at"] = at
            connection.execute(update(articles).where(articles.c.id == row.id).values(**values))
            edited[row.id] = replace(article, text=values["text"])
    return edited


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
        "text": text(article.text, LONGEST_TEXT),
        "published_at": article.published_at,
    }


def rows(
    connection: Connection,
    limit: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Mapping[str, Any]]:
    """Articles, the newest first, by their day of publication where that is known."""
    columns = (
        articles.c.id,
        articles.c.source,
        sources.c.provider,
        articles.c.title,
        articles.c.url,
        articles.c.published_at,
        articles.c.first_seen,
    )
    day = func.coalesce(articles.c.published_at, articles.c.first_seen)
    statement = select(*columns).join(sources, sources.c.id == articles.c.source)
    if since:
        statement = statement.where(day >= since)
    if until:
        statement = statement.where(day <= until)
    ordered = statement.order_by(day.desc(), articles.c.id.desc()).limit(limit)
    return [dict(row) for row in connection.execute(ordered).mappings()]
