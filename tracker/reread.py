"""Reads kept pages again with the present readers, and records what they say otherwise as corrections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from scrapers.page import Offer, ReadError
from scrapers.source import Source
from tracker.adapters.edges import Edges
from tracker.adapters.reading import read
from tracker.adapters.store import Connection, moves, snapshots
from tracker.adapters.store import corrections as store
from tracker.adapters.store import sources as states
from tracker.announce import announce_unheld
from tracker.domain.corrections import Correction, Reread, Retraction, corrections, retractions
from tracker.domain.model import Status, basis_of
from tracker.record import readers_of

OnPage = Callable[[str, int, int], None]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rereading:
    """What reading a source's kept pages again came to; `unread` are pages that are refused now."""

    source: str
    pages: int
    unread: int
    corrections: tuple[Correction, ...] = ()
    retracted: tuple[Retraction, ...] = ()


def _unheard(source: str, done: int, of: int) -> None:
    pass


async def reread(
    edges: Edges,
    ids: Sequence[str],
    *,
    write: bool = True,
    on_page: OnPage = _unheard,
) -> list[Rereading]:
    """Read every kept page of these sources again, and write what follows where `write` says so.

    `on_page` hears the source, how many of its pages are read, and of how many. Raises TrackerError if the
    store fails.
    """
    return [await _one(edges, edges.sources[id], store.kept_pages, write, on_page) for id in ids]


async def reread_standing(edges: Edges, ids: Sequence[str]) -> list[Rereading]:
    """After an upgrade: read those pages again that prices in force were read from by other readers.

    Otherwise the next look would take what a mended reader says for a move.
    """
    changed = await edges.ask(_read_by_others, edges, ids)
    return [await _one(edges, edges.sources[id], store.standing_pages, True, _unheard) for id in changed]


def _read_by_others(connection: Connection, edges: Edges, ids: Sequence[str]) -> list[str]:
    before = states.readers(connection, ids)
    return [id for id in ids if before.get(id, "") not in ("", readers_of(edges, edges.sources[id]))]


async def _one(
    edges: Edges,
    source: Source,
    pages_of: Callable[[Connection, str], list[int]],
    write: bool,
    on_page: OnPage,
) -> Rereading:
    kept = await edges.ask(pages_of, source.id)
    pages: list[Reread] = []
    once: dict[Offer, Offer] = {}  # pages in a row say nearly the same
    for done, id in enumerate(kept, 1):
        snapshot = await edges.ask(snapshots.load, id)
        try:
            reading = await read(source, snapshot)
            offers = tuple(once.setdefault(offer, offer) for offer in reading.offers)
            pages.append(Reread(id, snapshot.at, replace(reading, offers=offers)))
        except ReadError as e:
            log.debug("reread.refused", source=source.id, snapshot=id, kind=e.kind)
        on_page(source.id, done, len(kept))
    if write:
        found, retracted = await edges.write(correct, edges, source, pages)
    else:
        found, retracted = await edges.ask(_judge, edges, source, pages)
    log.info("reread.done", source=source.id, pages=len(kept), corrections=len(found))
    return Rereading(source.id, len(kept), len(kept) - len(pages), tuple(found), tuple(retracted))


def correct(
    connection: Connection, edges: Edges, source: Source, pages: Sequence[Reread]
) -> tuple[list[Correction], list[Retraction]]:
    """Write what the pages say otherwise than what is recorded, in one transaction.

    Nobody is told, but for who heard of a move that is held no more.
    """
    states.get(connection, source.id)  # locked: no look writes meanwhile
    found, retracted = _judge(connection, edges, source, pages)
    if found:
        now = edges.clock.now()
        store.put(connection, source.id, basis_of(source.kind), found, retracted, now)
        held = [r.move.id for r in retracted if r.move.status is Status.held]
        over = moves.steps_of(connection, held) if held else []
        announce_unheld(connection, edges.settings, over, source=source.id, now=now)
    return found, retracted


def _judge(
    connection: Connection, edges: Edges, source: Source, pages: Sequence[Reread]
) -> tuple[list[Correction], list[Retraction]]:
    found = corrections(store.recorded(connection, source.id), pages, source.provider or source.id)
    return found, retractions(store.told_moves(connection, source.id), found)
