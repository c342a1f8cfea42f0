"""What a source's looks have to tell: moves, trouble and recovery, flapping, articles, models that left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from scrapers.page import ReadError, Reading
from scrapers.source import Source
from tracker.adapters.edges import Edges
from tracker.adapters.store import Connection, Row, mentions, moves, prices
from tracker.adapters.store import sources as states
from tracker.adapters.store import upcoming as store_upcoming
from tracker.adapters.store.articles import Stored
from tracker.announce import announce_held, announce_moves, announce_unheld
from tracker.domain import health
from tracker.domain.errors import FetchError
from tracker.domain.listings import left, renamed
from tracker.domain.mentioned import told
from tracker.domain.model import Move, State, Status
from tracker.domain.moves import Changes
from tracker.domain.notices import (
    MOST_SAID,
    Notice,
    article_notices,
    flapping_notices,
    listing_notices,
    offline_notices,
    online_notices,
    recovery_notices,
    trouble_notices,
)
from tracker.domain.observe import Known, Seen
from tracker.domain.upcoming import announced_notice, came_due, due_notice, upcoming


def failure(
    connection: Connection,
    edges: Edges,
    row: Row[Any],
    error: FetchError | ReadError,
    at: datetime,
    words: str,
    snapshot: int | None,
) -> tuple[health.Turn, list[Notice]]:
    """How a source is after a look that was not well, and what is told of it."""
    turn = health.failed(health_of(row), error.kind, at)
    if turn.tell:
        known = states.is_told(connection, health.OFFLINE)
        turn = health.as_offline(turn, *states.reached(connection, turn.since), known)
    if turn.tell == health.OFFLINE:
        return turn, offline_notices(turn.since, base_url=edges.settings.base_url)
    if turn.tell:
        since = row.last_well or turn.since
        return turn, trouble_notices(
            row.id, turn.tell, words, since, snapshot, base_url=edges.settings.base_url
        )
    return turn, []


def well(
    connection: Connection, edges: Edges, source: str, before: health.Health, flapped: bool, at: datetime
) -> tuple[health.Turn, list[Notice]]:
    """How a source is after a well look; told where it is well again, or flaps."""
    watched = flapped or before.told == health.FLAPPING
    flaps = moves.flaps(connection, source, at - health.FLAPS_WITHIN) if watched else 0
    turn = health.well(before, at, flaps)
    if turn.tell:
        return turn, flapping_notices(source, flaps, base_url=edges.settings.base_url)
    if before.told == health.OFFLINE:
        states.forget(connection, health.OFFLINE)
        return turn, online_notices(base_url=edges.settings.base_url)
    if before.told and not turn.told:
        return turn, recovery_notices(source, before.told, before.since, base_url=edges.settings.base_url)
    return turn, []


def articles(
    connection: Connection, edges: Edges, source: Source, stored: Stored, at: datetime, *, is_first: bool
) -> list[Notice]:
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
    return article_notices(fresh, source.id, source.quiet, said, base_url=edges.settings.base_url)


def moved(
    connection: Connection,
    edges: Edges,
    source: Source,
    changes: Changes,
    waiting: Mapping[str, Move],
    confirmed: Sequence[Move],
    at: datetime,
) -> None:
    """Tell of the moves that are confirmed, of those that are held now, and of those that were."""
    announce_moves(
        connection,
        edges.settings,
        confirmed,
        source=source.id,
        kind=source.kind,
        page_url=source.shown_url,
        now=at,
    )
    opened = moves.pending(connection, source.id).values() if changes.opened else ()
    held = [m for m in opened if m.status is Status.held and m.recorded_at == at]
    announce_held(connection, edges.settings, held, source=source.id, kind=source.kind, now=at)
    were = {m.id for m in waiting.values() if m.status is Status.held}
    over = [m for m in (*changes.withdrawn, *confirmed) if m.id in were]
    announce_unheld(connection, edges.settings, over, source=source.id, now=at)


def dated(
    connection: Connection,
    edges: Edges,
    source: Source,
    reading: Reading,
    seen: Seen,
    known: Mapping[str, Known],
    changes: Changes,
    at: datetime,
    snapshot: int,
    *,
    is_first: bool,
) -> list[Notice]:
    """What to tell of prices with a day: once when the page announces them, and again when they are due.

    Where there was a price before, the move tells that the day has come. A first look tells nothing, nor
    does a catalogue.
    """
    if source.kind == "catalogs":
        return []
    provider = source.provider or source.id
    coming = upcoming(reading, seen, known, provider, at.date())
    new = store_upcoming.put(connection, source.id, coming, at, snapshot)
    if is_first:
        return []
    keys = {o.series.key for o in changes.fresh}
    announced = {o.series.key: o for o in store_upcoming.announced(connection, keys, at.date())}
    due = came_due(changes.fresh, announced)
    if due:  # a line that comes back, or that another page had, is no news
        earlier = prices.lines_before(connection, {one.series.key for one in due}, at)
        due = [one for one in due if one.series.key not in earlier]
    where = {"page_url": source.shown_url, "base_url": edges.settings.base_url}
    return [
        *announced_notice(new, provider, at, snapshot=snapshot, **where),
        *due_notice(due, provider, snapshot=snapshot, **where),
    ]


def listings(source: Source, changes: Changes, known: Mapping[str, Known], base_url: str) -> list[Notice]:
    """What to tell of models that left or were renamed; third parties list and delist by the day."""
    if source.kind == "catalogs":
        return []
    return listing_notices(left(changes, known), renamed(changes, known), source.id, base_url=base_url)


def health_of(row: Row[Any]) -> health.Health:
    """How a source was, by its row."""
    return health.Health(State(row.state), row.state_since, row.fails, row.told, row.outcome_kind)
