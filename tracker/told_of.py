"""What a source's looks have to tell beside prices: trouble and recovery, flapping, no network at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scrapers.page import ReadError
from scrapers.source import Source
from tracker.adapters.edges import Edges
from tracker.adapters.store import Connection, Row, mentions, moves
from tracker.adapters.store import sources as states
from tracker.adapters.store.articles import Stored
from tracker.domain import health
from tracker.domain.alerts import Alert
from tracker.domain.errors import FetchError
from tracker.domain.mentioned import told
from tracker.domain.model import State
from tracker.domain.notices import (
    MOST_SAID,
    article_alerts,
    flapping_alerts,
    offline_alerts,
    online_alerts,
    recovery_alerts,
    trouble_alerts,
)


def failure(
    connection: Connection,
    edges: Edges,
    row: Row[Any],
    error: FetchError | ReadError,
    at: datetime,
    words: str,
    snapshot: int | None,
) -> tuple[health.Turn, list[Alert]]:
    """How a source is after a look that was not well, and what is told of it."""
    turn = health.failed(health_of(row), error.kind, at)
    if turn.tell:
        known = states.is_told(connection, health.OFFLINE)
        turn = health.as_offline(turn, *states.reached(connection, turn.since), known)
    if turn.tell == health.OFFLINE:
        return turn, offline_alerts(turn.since, **routes(edges))
    if turn.tell:
        since = row.last_well or turn.since
        return turn, trouble_alerts(row.id, turn.tell, words, since, snapshot, **routes(edges))
    return turn, []


def well(
    connection: Connection, edges: Edges, source: str, before: health.Health, flapped: bool, at: datetime
) -> tuple[health.Turn, list[Alert]]:
    """How a source is after a well look; told where it is well again, or flaps."""
    watched = flapped or before.told == health.FLAPPING
    flaps = moves.flaps(connection, source, at - health.FLAPS_WITHIN) if watched else 0
    turn = health.well(before, at, flaps)
    if turn.tell:
        return turn, flapping_alerts(source, flaps, **routes(edges))
    if before.told == health.OFFLINE:
        states.forget(connection, health.OFFLINE)
        return turn, online_alerts(**routes(edges))
    if before.told and not turn.told:
        return turn, recovery_alerts(source, before.told, before.since, **routes(edges))
    return turn, []


def articles(
    connection: Connection, edges: Edges, source: Source, stored: Stored, at: datetime, *, is_first: bool
) -> list[Alert]:
    """Keep what new and edited articles of a feed say; what is told of the new ones, at a first look nothing.

    What an article says of a tracked price stands beside the price that was recorded when it was published.
    """
    mentions.put(connection, stored.fresh | stored.edited, at, source.provider)
    if is_first:
        return []
    published = {id: article.published_at or at for id, article in stored.fresh.items()}
    checked = mentions.of_articles(connection, published, at)
    said = {stored.fresh[id].guid: told(of, MOST_SAID) for id, of in checked.items()}
    fresh = list(stored.fresh.values())
    return article_alerts(fresh, source.id, source.quiet, said, **routes(edges))


def routes(edges: Edges) -> dict[str, Any]:
    """What every alert is made with: rules, channels, the address that links lead to."""
    s = edges.settings
    return {"rules": s.rules, "channels": [c.name for c in s.channels], "base_url": s.base_url}


def health_of(row: Row[Any]) -> health.Health:
    """How a source was, by its row."""
    return health.Health(State(row.state), row.state_since, row.fails, row.told, row.outcome_kind)
