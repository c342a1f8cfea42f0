"""Looks at sources: fetch, keep the snapshot, read, observe, move; and the alerts that follow."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from scrapers.page import Page, ReadError, Reading
from scrapers.source import Source
from tracker.adapters.charset import text_of
from tracker.adapters.edges import Edges
from tracker.adapters.store import Connection, Row, articles, outbox, prices, snapshots
from tracker.adapters.store import sources as states
from tracker.domain import health
from tracker.domain.alerts import Alert, alerts_for, article_alerts, recovery_alerts, trouble_alerts
from tracker.domain.errors import FetchError, RowRefused
from tracker.domain.model import Basis, Move, NotModified, Snapshot, State, Status
from tracker.domain.moves import step
from tracker.domain.observe import Seen, hold_to_the_known, observe
from tracker.domain.settings import SourceSetting

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look came to: `outcome` is "well" or the kind of the error."""

    source: str
    outcome: str
    words: str
    moves: tuple[Move, ...] = ()  # confirmed by this look
    again_at: datetime | None = None  # a second look is due then


async def check(
    edges: Edges, ids: Sequence[str], *, on_look: Callable[[Looked], None] = lambda _: None
) -> list[Looked]:
    """Look at every source named, and again at those whose moves wait for a second look, until none does.

    One result a source, in the order of `ids`: its last look. Raises TrackerError if the store fails.
    """
    last: dict[str, Looked] = {}
    wanted = list(ids)
    while wanted:
        for looked in await _look_at_all(edges, wanted):
            last[looked.source] = looked
            on_look(looked)
        waiting = {id: again for id in wanted if (again := last[id].again_at)}
        if waiting:
            await edges.clock.sleep_until(max(waiting.values()))
        wanted = list(waiting)
    return [last[id] for id in ids]


async def _look_at_all(edges: Edges, ids: Sequence[str]) -> list[Looked]:
    slots = asyncio.Semaphore(edges.settings.look.concurrency)

    async def one(id: str) -> Looked:
        async with slots:
            return await look(edges, edges.sources[id])

    return await asyncio.gather(*map(one, ids))


async def look(edges: Edges, source: Source) -> Looked:
    """One look at one source; its own troubles become a row, only the store's are raised."""
    at, snapshot_id = edges.clock.now(), None
    before = await edges.ask(_well_read, source.id, edges.readers, at)
    try:
        got = await _fetch(edges, source, before)
        if _is_unchanged(got, before):
            looked = await edges.write(_record_unchanged, source, at)
        else:
            assert isinstance(got, Snapshot)
            at, snapshot_id = got.at, await edges.write(snapshots.keep, source.id, got)
            reading = await _read(source, got)
            looked = await edges.write(_record, edges, source, got, snapshot_id, reading)
    except RowRefused as e:
        error = ReadError("parse_error", str(e))
        looked = await edges.write(_record_failure, edges, source, at, error, snapshot_id)
    except (FetchError, ReadError) as e:
        looked = await edges.write(_record_failure, edges, source, at, e, snapshot_id)
    log.info(
        "check.looked",
        source=source.id,
        outcome=looked.outcome,
        words=looked.words,
        moved=len(looked.moves),
    )
    return looked


def _well_read(connection: Connection, source: str, readers: str, at: datetime) -> Row[Any] | None:
    """The source's row where the page, unchanged, would say what it said: nothing has to be read again.

    These readers must have read it, well; no move may wait for a second look; and a page that states
    dated prices is read once a day.
    """
    row = states.get(connection, source, lock=False)
    read_today = row.read_at is not None and (not row.dated or row.read_at.date() == at.date())
    if row.readers != readers or row.outcome_kind != "well" or not read_today:
        return None
    pending = prices.pending(connection, source).values()
    return None if any(m.status is Status.provisional for m in pending) else row


async def _fetch(edges: Edges, source: Source, before: Row[Any] | None) -> Snapshot | NotModified:
    own = _own(edges, source.id)
    return await edges.fetcher.get(
        source.url,
        accept=source.accept,
        etag=before.etag if before else "",
        last_modified=before.last_modified if before else "",
        headers=own.headers,
        ca_file=own.ca_file,
    )


def _is_unchanged(got: Snapshot | NotModified, before: Row[Any] | None) -> bool:
    if isinstance(got, NotModified):
        return True
    return before is not None and hashlib.sha256(got.body).hexdigest() == before.well_sha256


def _own(edges: Edges, id: str) -> SourceSetting:
    return next((s for s in edges.settings.sources if s.id == id), SourceSetting(id))


async def _read(source: Source, snapshot: Snapshot) -> Reading:
    page = Page(snapshot.url, text_of(snapshot), snapshot.media_type)
    try:
        return await asyncio.to_thread(source.read, page)
    except ReadError:
        raise
    except Exception as e:  # whatever a reader trips over, the page is what changed
        log.warning("check.reader_tripped", source=source.id, error=type(e).__name__)
        raise ReadError("parse_error", f"the reader tripped over the page: {type(e).__name__}") from e


def _record(
    connection: Connection, edges: Edges, source: Source, got: Snapshot, snapshot: int, reading: Reading
) -> Looked:
    """Everything that one well look changes, in one transaction."""
    row = states.get(connection, source.id)
    before = _health(row)
    look = edges.settings.look
    known = prices.known(connection, source.id)
    seen = observe(reading, source.provider or source.id, got.at.date(), known)
    if not health.stays_smaller(before, got.at):
        hold_to_the_known(seen, known)
    changes = step(
        known,
        prices.pending(connection, source.id),
        seen,
        source=source.id,
        at=got.at,
        last_well=row.last_well,
        confirm_after=look.confirm_after,
    )
    basis = Basis.catalogue if source.kind == "catalogs" else Basis.observed
    confirmed = prices.record(
        connection, changes, source=source.id, basis=basis, at=got.at, snapshot=snapshot
    )
    fresh = articles.put(connection, source.id, reading.articles, got.at, snapshot)
    told = _alerts(edges, source, before, got.at)
    told += alerts_for(confirmed, page_url=source.url, **_routes(edges))
    if row.last_well is not None:
        told += article_alerts(fresh, source=source.id, **_routes(edges))
    outbox.put(connection, told, source.id, got.at)
    turn, again = health.well(before, got.at), _again(connection, edges, source.id)
    words = _words(reading, seen)
    states.set_to(
        connection,
        source.id,
        state=turn.state.value,
        state_since=turn.since,
        fails=0,
        told="",
        due=again or got.at + health.next_look(source.every, 0),
        last_look=got.at,
        last_well=got.at,
        last_outcome=words,
        outcome_kind="well",
        offers=len(seen.prices),
        well_sha256=hashlib.sha256(got.body).hexdigest(),
        well_snapshot=snapshot,
        readers=edges.readers,
        read_at=got.at,
        dated=any(o.terms.promo_until or o.terms.effective_from for o in reading.offers),
        etag=got.etag,
        last_modified=got.last_modified,
    )
    states.looked(connection, source.id, got.at, "well", words, snapshot)
    return Looked(source.id, "well", words, tuple(confirmed), again)


def _record_unchanged(connection: Connection, source: Source, at: datetime) -> Looked:
    """The page is the one that was read well before."""
    row = states.get(connection, source.id)
    due = at + health.next_look(source.every, 0)
    states.set_to(connection, source.id, due=due, last_look=at, last_well=at)
    states.looked(connection, source.id, at, "well", row.last_outcome, row.well_snapshot)
    return Looked(source.id, "well", row.last_outcome)


def _record_failure(
    connection: Connection,
    edges: Edges,
    source: Source,
    at: datetime,
    error: FetchError | ReadError,
    snapshot: int | None,
) -> Looked:
    """The look was not well: the last good prices stay, and after some such looks somebody is told."""
    row = states.get(connection, source.id)
    turn = health.failed(_health(row), error.kind, at)
    if turn.tell:
        told = trouble_alerts(
            source.id, turn.tell, error.words, row.last_well or turn.since, **_routes(edges)
        )
        outbox.put(connection, told, source.id, at)
    retry_after = error.retry_after if isinstance(error, FetchError) else None
    states.set_to(
        connection,
        source.id,
        state=turn.state.value,
        state_since=turn.since,
        fails=turn.fails,
        told=turn.told,
        due=at + health.next_look(source.every, turn.fails, retry_after),
        last_look=at,
        last_outcome=error.words,
        outcome_kind=error.kind,
    )
    states.looked(connection, source.id, at, error.kind, error.words, snapshot)
    return Looked(source.id, error.kind, error.words)


def _alerts(edges: Edges, source: Source, before: health.Health, at: datetime) -> list[Alert]:
    """That a source is well again, where its trouble was told."""
    if not before.told:
        return []
    return recovery_alerts(source.id, State(before.told), before.since, **_routes(edges))


def _routes(edges: Edges) -> dict[str, Any]:
    s = edges.settings
    return {"rules": s.rules, "channels": [c.name for c in s.channels], "base_url": s.base_url}


def _health(row: Row[Any]) -> health.Health:
    return health.Health(State(row.state), row.state_since, row.fails, row.told, row.outcome_kind)


def _again(connection: Connection, edges: Edges, source: str) -> datetime | None:
    """When the second look is due that moves of this source wait for."""
    pending = prices.pending(connection, source).values()
    seen_at = [m.recorded_at for m in pending if m.status is Status.provisional]
    return min(seen_at) + edges.settings.look.confirm_after if seen_at else None


def _words(reading: Reading, seen: Seen) -> str:
    if reading.articles:
        return f"{len(reading.articles)} articles"
    words = f"{len(seen.prices)} prices"
    if seen.refused:
        r = seen.refused[0]
        words += f"; {len(seen.refused)} rows refused, the first: {r.reason} ({r.label[:120]})"
    return words
