"""What happened on an article's days: the moves and events of whom it names, and a move's announcements."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from tracker.adapters.store import events
from tracker.adapters.store.tables import articles, moves, series, sources
from tracker.domain.days import start_of
from tracker.domain.mentioned import SAME_DAYS, Happened, Told, near
from tracker.domain.mentioned import announcement as told_by
from tracker.domain.model import Status

MOST_READ, MOST_WORDS = 20, 20_000  # articles that may announce a move, and characters of each
Named = Mapping[int, Collection[str]]  # the providers that each article names, by its id


def moves_of(connection: Connection, published: Mapping[int, datetime], named: Named) -> dict[int, list[int]]:
    """The moves within three days of each article, of providers that it names; the nearest first."""
    wanted, since, until = _asked(published, named)
    if not wanted:
        return {}
    statement = (
        select(moves.c.id, series.c.provider, moves.c.at)
        .join(series, series.c.id == moves.c.series)
        .where(moves.c.status != Status.withdrawn.value)
        .where(series.c.provider.in_(wanted), moves.c.at >= since, moves.c.at <= until)
    )
    found = [Happened(row.id, row.provider, row.at) for row in connection.execute(statement)]
    return {id: near(found, named[id], published[id]) for id in published}


def events_of(
    connection: Connection, published: Mapping[int, datetime], named: Named
) -> dict[int, list[int]]:
    """The events within three days of each article, by their best day, as `moves_of`."""
    wanted, since, until = _asked(published, named)
    if not wanted:
        return {}
    told = events.find(connection, None, providers=wanted, since=since.date(), until=until.date())
    found = [Happened(e.id, e.provider, start_of(e.day)) for e in told if e.status is not Status.withdrawn]
    return {id: near(found, named[id], published[id]) for id in published}


def _asked(published: Mapping[int, datetime], named: Named) -> tuple[list[str], Any, Any]:
    wanted = sorted({p for id in published for p in named[id]})
    if not wanted:
        return [], None, None
    return wanted, min(published.values()) - SAME_DAYS, max(published.values()) + SAME_DAYS


def announcements(connection: Connection, provider: str, at: datetime) -> list[int]:
    """The articles of a provider's own feeds within three days of a move; the nearest first."""
    when = func.coalesce(articles.c.published_at, articles.c.first_seen)
    statement = (
        select(articles.c.id, sources.c.provider, when.label("at"))
        .join(sources, sources.c.id == articles.c.source)
        .where(sources.c.provider == provider, when >= at - SAME_DAYS, when <= at + SAME_DAYS)
    )
    found = [Happened(row.id, row.provider, row.at) for row in connection.execute(statement)]
    return near(found, {provider}, at)


def announcement(connection: Connection, provider: str, models: Collection[str], at: datetime) -> Told | None:
    """The article of a provider's own feeds that announces moves of these models; None where none does."""
    nearest = announcements(connection, provider, at)[:MOST_READ]
    if not nearest:
        return None
    columns = (
        articles.c.title,
        articles.c.url,
        articles.c.summary,
        func.substr(articles.c.text, 1, MOST_WORDS).label("text"),
        func.coalesce(articles.c.published_at, articles.c.first_seen).label("at"),
    )
    rows = connection.execute(select(*columns).where(articles.c.id.in_(nearest)))
    return told_by([Told(r.title, r.url, f"{r.summary} {r.text}", r.at) for r in rows], models, at)
