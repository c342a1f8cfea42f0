"""What a look came to, written in one transaction: prices, moves, alerts, the source's state."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from scrapers.page import ReadError, Reading
from scrapers.source import Source
from tracker import told_of
from tracker.adapters import facts
from tracker.adapters.edges import Edges
from tracker.adapters.store import Connection, articles, events, moves, prices, snapshots, witnesses
from tracker.adapters.store import sources as states
from tracker.announce import announce_notices
from tracker.domain import health
from tracker.domain.arrivals import arrived, departed, looked_at, successions
from tracker.domain.errors import FetchError
from tracker.domain.events import of_moves
from tracker.domain.listings import left
from tracker.domain.model import Basis, Move, Snapshot, Status, basis_of, text
from tracker.domain.moves import Changes, step
from tracker.domain.observe import Known, Seen, hold_to_the_known, observe
from tracker.domain.settings import SourceSetting
from tracker.domain.witnesses import witness_of

LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look came to: `outcome` is "well" or the kind of the error."""

    source: str
    outcome: str
    words: str
    moves: tuple[Move, ...] = ()  # confirmed by this look
    again_at: datetime | None = None  # a second look is due then


def own_settings(edges: Edges, id: str) -> SourceSetting:
    return edges.own.get(id) or SourceSetting(id)


def readers_of(edges: Edges, source: Source) -> str:
    """What decides how a page is read: while it is the same, an unchanged page need not be read again."""
    own = own_settings(edges, source.id)
    address = hashlib.sha256(source.url.encode()).hexdigest()[:8]
    must = f"{source.least} {' '.join(source.anchors)}"
    return f"{edges.readers} {address} {own.reader or ''} {source.via} {source.provider} {must}"


def record(
    connection: Connection,
    edges: Edges,
    source: Source,
    got: Snapshot,
    snapshot: int,
    part: str,
    reading: Reading,
) -> Looked:
    """Everything that one well look changes, in one transaction."""
    row = states.get(connection, source.id)
    if row.last_look and got.at < row.last_look <= edges.clock.now():  # else the clock was ahead then
        return Looked(source.id, "well", "a later look was recorded first")
    before = told_of.health_of(row)
    known = prices.known(connection, source.id)
    seen = observe(reading, source.provider or source.id, got.at.date(), known)
    if not health.stays_smaller(before, got.at):
        hold_to_the_known(seen, known, got.at - (row.last_well or got.at))
    waiting = moves.pending(connection, source.id)
    moved = any(key in known and o.price != known[key].price for key, o in seen.prices.items())
    changes = step(
        known,
        waiting,
        seen,
        source=source.id,
        at=got.at,
        last_well=row.last_well,
        confirm_after=edges.settings.look.confirm_after,
        ruled_out=moves.ruled_out(connection, source.id) if moved else {},
        provider=source.provider or source.id,
    )
    basis = basis_of(source.kind)
    confirmed = prices.record(
        connection, changes, source=source.id, basis=basis, at=got.at, snapshot=snapshot
    )
    if waiting or changes.opened:
        confirmed += _witnessed(connection, edges, source, basis, got.at)
    _mean(connection, source, changes, known, confirmed, row.last_well, got.at, snapshot)
    stored = articles.put(connection, source.id, reading.articles, got.at, snapshot)
    turn, told = told_of.well(connection, edges, source.id, before, changes.flapped, got.at)
    told += told_of.listings(source, changes, known, edges.settings.base_url)
    is_first = row.last_well is None
    told += told_of.articles(connection, edges, source, stored, got.at, is_first=is_first)
    told += told_of.dated(
        connection, edges, source, reading, seen, known, changes, got.at, snapshot, is_first=is_first
    )
    told_of.moved(connection, edges, source, changes, waiting, confirmed, got.at)
    announce_notices(connection, edges.settings, told, source=source.id, now=got.at)
    again = _again(connection, changes, edges, source.id) if waiting or changes.opened else None
    words = _words(reading, seen)
    due = again or got.at + health.next_look(source.every, 0)
    read = {"well_snapshot": snapshot, "well_part": part, "readers": readers_of(edges, source)}
    seen_as = {"state": turn.state.value, "state_since": turn.since, "told": turn.told, "due": due}
    told_by_page = {"last_outcome": words, "offers": len(seen.prices), "dated": _is_dated(reading)}
    states.set_to(connection, source.id, **_well_at(got), **read, **seen_as, **told_by_page)
    states.looked(connection, source.id, got.at, "well", words, snapshot)
    return Looked(source.id, "well", words, tuple(confirmed), again)


def _mean(
    connection: Connection,
    source: Source,
    changes: Changes,
    known: Mapping[str, Known],
    confirmed: Sequence[Move],
    last_well: datetime | None,
    at: datetime,
    snapshot: int,
) -> None:
    """What the look means, as events. A first look tells of none, and a catalogue of none but moves."""
    found = of_moves(confirmed, at)
    if last_well is not None and source.kind != "catalogs" and (changes.fresh or changes.gone):
        blank = looked_at(provider := source.provider or source.id, source.id, last_well, at)
        elsewhere = prices.models_before(connection, provider, at)
        found += arrived(changes.fresh, known, successions(facts.moves()), blank, elsewhere, snapshot)
        found += departed(left(changes, known), blank)
    events.put(connection, found)


def _well_at(got: Snapshot) -> dict[str, Any]:
    """What a source's row says of a page that was read well."""
    return {
        "fails": 0,
        "outcome_kind": "well",
        "last_look": got.at,
        "last_well": got.at,
        "read_at": got.at,
        "well_sha256": hashlib.sha256(got.body).hexdigest(),
        "etag": got.etag,
        "last_modified": got.last_modified,
    }


def _is_dated(reading: Reading) -> bool:
    return any(o.terms.promo_until or o.terms.effective_from for o in reading.offers)


def _witnessed(
    connection: Connection, edges: Edges, source: Source, basis: Basis, at: datetime
) -> list[Move]:
    """The moves that wait for which another source speaks: they are confirmed now."""
    confirmed = []
    for move in moves.pending(connection, source.id).values():
        if witness := witness_for(connection, edges, move):
            believed = replace(move, status=Status.confirmed, reason=f"confirmed by {witness}")
            if prices.confirm(connection, believed, basis, at, None):
                confirmed.append(believed)
    return confirmed


def witness_for(connection: Connection, edges: Edges, move: Move) -> str:
    """The source that speaks for a move that waits; empty where none does."""
    said = witnesses.testimonies(connection, move)
    since = witnesses.held_since(connection, move) if said else None
    return witness_of(move, said, edges.sources, since) if since else ""


def record_unchanged(
    connection: Connection, source: Source, at: datetime, otherwise: Snapshot | None = None
) -> Looked:
    """The page is the one that was read well before, or its bytes are other where its reader never looks."""
    row = states.unchanged(connection, source.id, at, at + health.next_look(source.every, 0))
    snapshot = row.well_snapshot
    if otherwise is not None:
        snapshot = snapshots.keep(connection, source.id, otherwise)
        known = {"etag": otherwise.etag, "last_modified": otherwise.last_modified, "well_snapshot": snapshot}
        states.set_to(connection, source.id, well_sha256=hashlib.sha256(otherwise.body).hexdigest(), **known)
    states.looked(connection, source.id, at, "well", row.last_outcome, snapshot)
    return Looked(source.id, "well", row.last_outcome)


def record_failure(
    connection: Connection,
    edges: Edges,
    source: Source,
    at: datetime,
    error: FetchError | ReadError,
    snapshot: int | None,
) -> Looked:
    """The look was not well: the last good prices stay, and after some such looks somebody is told."""
    row, words = states.get(connection, source.id), text(error.words, LONGEST_WORDS)
    turn, told = told_of.failure(connection, edges, row, error, at, words, snapshot)
    announce_notices(connection, edges.settings, told, source=source.id, now=at)
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
        last_outcome=words,
        outcome_kind=error.kind,
    )
    states.looked(connection, source.id, at, error.kind, words, snapshot)
    return Looked(source.id, error.kind, words)


def _again(connection: Connection, changes: Changes, edges: Edges, source: str) -> datetime | None:
    """When the second look is due that moves of this source wait for.

    None in a hurry where a provisional move was just withdrawn: a page that flaps is looked at no more
    often than others.
    """
    if changes.flapped:
        return None
    waiting = moves.pending(connection, source).values()
    seen_at = [m.recorded_at for m in waiting if m.status is Status.provisional]
    return min(seen_at) + edges.settings.look.confirm_after if seen_at else None


def _words(reading: Reading, seen: Seen) -> str:
    if reading.articles:
        return f"{len(reading.articles)} articles"
    words = f"{len(seen.prices)} prices"
    if seen.refused:
        r = seen.refused[0]
        words += f"; {len(seen.refused)} rows refused, the first: {r.reason} ({r.label[:120]})"
    return text(words, LONGEST_WORDS)
