"""Looks at sources: fetch, keep the snapshot, read, and record what follows from it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog

from scrapers.page import ReadError
from scrapers.source import Source
from tracker.adapters.browser import render
from tracker.adapters.edges import Edges
from tracker.adapters.reading import part_of, read
from tracker.adapters.store import Connection, Row, moves, prices, snapshots
from tracker.adapters.store import sources as states
from tracker.domain.errors import FetchError, RowRefused
from tracker.domain.model import NotModified, Snapshot, Status
from tracker.record import (
    Looked,
    own_settings,
    readers_of,
    record,
    record_failure,
    record_unchanged,
    witness_for,
)

log = structlog.get_logger()


async def check(
    edges: Edges, ids: Sequence[str], *, on_look: Callable[[Looked], None] = lambda _: None
) -> list[Looked]:
    """Look at every source named, and once more at those whose moves wait for a second look.

    One result a source, in the order of `ids`: its last look. Raises TrackerError if the store fails.
    """
    last: dict[str, Looked] = {}
    for looked in await _look_at_all(edges, ids):
        last[looked.source] = looked
        on_look(looked)
    waiting = {id: again for id in ids if (again := last[id].again_at)}
    if waiting:
        await edges.clock.sleep_until(max(waiting.values()))
    for looked in await _look_at_all(edges, list(waiting)):
        last[looked.source] = looked
        on_look(looked)
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
    before = await edges.ask(_well_read, edges, source, at)
    try:
        got = await _fetch(edges, source, before)
        if isinstance(got, NotModified) or _is_unchanged(got, before):
            looked = await edges.write(record_unchanged, source, at)
        elif _says_the_same(part := part_of(source, got), got.at, before):
            looked = await edges.write(record_unchanged, source, got.at, got)
        else:
            at, snapshot_id = got.at, await edges.write(snapshots.keep, source.id, got)
            reading = await read(source, got)
            looked = await edges.write(record, edges, source, got, snapshot_id, part, reading)
    except RowRefused as e:
        error = ReadError("parse_error", str(e))
        looked = await edges.write(record_failure, edges, source, at, error, snapshot_id)
    except (FetchError, ReadError) as e:
        looked = await edges.write(record_failure, edges, source, at, e, snapshot_id)
    log.info(
        "check.looked",
        source=source.id,
        outcome=looked.outcome,
        words=looked.words,
        moved=len(looked.moves),
    )
    return looked


def _well_read(connection: Connection, edges: Edges, source: Source, at: datetime) -> Row[Any] | None:
    """The source's row where the page, unchanged, would say what it said: nothing has to be read again.

    These readers must have read it, well; no move may wait for a second look, or for a witness that is there
    now. It is read once a day all the same where time itself may change what it says: a dated price, a held
    move, a price that left.
    """
    row = states.get(connection, source.id, lock=False)
    if row.readers != readers_of(edges, source) or row.outcome_kind != "well" or row.read_at is None:
        return None
    if row.told:  # what was told is over only after a look that was read
        return None
    pending = moves.pending(connection, source.id).values()
    if any(m.status is Status.provisional or witness_for(connection, edges, m) for m in pending):
        return None
    if row.read_at.date() == at.date():
        return row
    waits = row.dated or pending or any(k.missing for k in prices.known(connection, source.id).values())
    return None if waits else row


async def _fetch(edges: Edges, source: Source, before: Row[Any] | None) -> Snapshot | NotModified:
    own, known = own_settings(edges, source.id), before if source.via != "browser" else None
    got = await edges.fetcher.get(
        source.url,
        accept=source.accept,
        etag=known.etag if known else "",
        last_modified=known.last_modified if known else "",
        headers=own.headers,
        ca_file=own.ca_file,
    )
    if source.via != "browser" or isinstance(got, NotModified):
        return got
    bounds = edges.settings.look
    return await render(
        edges.fetcher,
        got,
        hosts=own.browser_hosts,
        seconds=bounds.deadline.total_seconds(),
        most_bytes=bounds.max_bytes,
    )


def _is_unchanged(got: Snapshot, before: Row[Any] | None) -> bool:
    return before is not None and hashlib.sha256(got.body).hexdigest() == before.well_sha256


def _says_the_same(part: str, at: datetime, before: Row[Any] | None) -> bool:
    """Whether a page changed only where its reader never looks; it is read once a day all the same."""
    return before is not None and before.well_part == part and before.read_at.date() == at.date()
