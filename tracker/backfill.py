"""The past of a source from what others kept of its page: fetched once, read at every run, told to nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import structlog

from scrapers.page import Offer, ReadError, Reading
from tracker.adapters import archives
from tracker.adapters.archives import Taken
from tracker.adapters.edges import Edges
from tracker.adapters.pasts import Past
from tracker.adapters.reading import read
from tracker.adapters.store import Connection, snapshots
from tracker.adapters.store import captures as store
from tracker.adapters.store import sources as states
from tracker.adapters.store.backfilled import Reconciled, reconcile, register
from tracker.adapters.store.captures import Kept
from tracker.adapters.store.past_moves import put_moves
from tracker.adapters.store.past_steps import put_steps
from tracker.domain.captures import Told, tell
from tracker.domain.errors import FetchError, Missing
from tracker.domain.model import Basis
from tracker.domain.runs import Capture

OnCapture = Callable[[str, int, int], None]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What telling the past of one source came to; `trouble` is why its archive could not be asked."""

    id: str
    captures: int = 0
    missing: int = 0  # not fetched: nothing was to be written
    fetched: int = 0
    refused: int = 0  # that could not be fetched or read, or are not whole
    prices: Reconciled = field(default_factory=lambda: Reconciled(0, 0, 0))
    moves: int = 0  # confirmed, new ones
    events: int = 0  # new ones
    trouble: str = ""
    is_away: bool = False  # the archive itself: others need not be asked of it now


def _unheard(source: str, done: int, of: int) -> None:
    pass


async def backfill_all(
    edges: Edges,
    pasts: Sequence[Past],
    since: date,
    until: date,
    *,
    again: bool = False,
    write: bool = True,
    on_capture: OnCapture = _unheard,
) -> list[Backfilled]:
    """One after the other; an archive that is away is not asked for the rest too."""
    done: list[Backfilled] = []
    away: set[bool] = set()
    for past in pasts:
        is_git = past.history is not None
        if is_git in away:
            continue
        one = await backfill(edges, past, since, until, again=again, write=write, on_capture=on_capture)
        done.append(one)
        if one.is_away:
            away.add(is_git)
    return done


async def backfill(
    edges: Edges,
    past: Past,
    since: date,
    until: date,
    *,
    again: bool = False,
    write: bool = True,
    on_capture: OnCapture = _unheard,
) -> Backfilled:
    """Fetch what is missing of one source's captures, and record what all that are kept say.

    `again` asks once more for those that were refused. Without `write` nothing is fetched or recorded, and
    the result says what would be. Raises TrackerError if the store fails.
    """
    trouble, is_away, missing = "", False, list[Taken]()
    if write:
        await edges.write(_register, past, edges.clock.now())
    try:
        missing = await _missing(edges, past, since, until, again)
        if write:
            await _fetch(edges, past, missing, on_capture)
    except Missing as e:
        trouble, is_away = str(e), isinstance(e, archives.Away)
    told, read_as, kept = await _tell(edges, past)
    record = edges.write if write else edges.try_out
    prices, moves, events = await record(_record, past, told, read_as, edges.clock.now())
    done = Backfilled(
        past.id,
        captures=len(kept),
        missing=0 if write else len(missing),
        fetched=len({t.key for t in missing} & {k.key for k in kept if k.snapshot}),
        refused=sum(outcome != "well" for outcome, _ in read_as.values()),
        prices=prices,
        moves=moves,
        events=events,
        trouble=trouble,
        is_away=is_away,
    )
    log.info("backfill.done", source=past.id, captures=done.captures, fetched=done.fetched)
    return done


def _register(connection: Connection, past: Past, at: datetime) -> None:
    kind = "histories" if past.id.startswith("history-") else "archives"
    register(connection, past.id, kind, past.provider, past.source.shown_url, at)


async def _missing(edges: Edges, past: Past, since: date, until: date, again: bool) -> list[Taken]:
    """The captures that are not kept yet."""
    if past.history:
        taken = await archives.commits(edges, past.history, since, until)
    else:
        taken = await _captures(edges, past, since, until)
    kept = {k.key: k for k in await edges.ask(store.kept, past.id)}
    return [t for t in taken if t.key not in kept or (again and kept[t.key].snapshot is None)]


async def _captures(edges: Edges, past: Past, since: date, until: date) -> list[Taken]:
    """The captures of a page, and of where it lay before, up to the first of where it lay later.

    Two pages at one time would seem one that changes from capture to capture.
    """
    own = edges.own.get(past.source.id)
    if own and own.url:  # what follows a "?" in an address of the user's own may be a key, and goes nowhere
        return await archives.captures(edges, past.source.shown_url, since, until)
    taken: list[Taken] = []
    for url in (past.source.url, *past.former):
        last = taken[0].at.date() - timedelta(days=1) if taken else until
        if last >= since:
            taken = await archives.captures(edges, url, since, last) + taken
    return taken


async def _fetch(edges: Edges, past: Past, missing: Sequence[Taken], on_capture: OnCapture) -> None:
    """Fetch one after the other; each is kept before the next is asked for."""
    kept = await edges.ask(store.kept, past.id)
    by_digest = {k.digest: k.snapshot for k in kept if k.snapshot}
    for done, taken in enumerate(missing, 1):
        row = (past.id, taken.key, taken.at, taken.digest, edges.clock.now())
        if same := by_digest.get(taken.digest):  # the bytes are here: seen again is all that is new
            await edges.write(store.note, *row, snapshot=same)
        else:
            try:
                page = await archives.fetch(edges, taken, past.source.accept)
            except FetchError as e:
                await edges.write(store.note, *row, outcome=e.kind, words=e.words)
            else:
                now = edges.clock.now()
                id = await edges.write(store.keep, past.id, taken.key, taken.digest, page, now)
                by_digest[taken.digest] = id
        on_capture(past.id, done, len(missing))


async def _tell(edges: Edges, past: Past) -> tuple[Told, dict[str, tuple[str, str]], list[Kept]]:
    """What all kept captures say with the present readers, and what reading each came to, by its key."""
    kept = await edges.ask(store.kept, past.id)
    readings: dict[int, Reading | ReadError] = {}
    once: dict[Offer, Offer] = {}  # captures in a row say nearly the same
    for id in dict.fromkeys(k.snapshot for k in kept if k.snapshot):
        page = replace(await edges.ask(snapshots.load, id), url=past.source.url)
        try:
            reading = await read(past.source, page)
            readings[id] = replace(reading, offers=tuple(once.setdefault(o, o) for o in reading.offers))
        except ReadError as e:
            readings[id] = e
    captures = [
        Capture(k.at, found if isinstance(found, Reading) else None, k.snapshot)
        for k in kept
        if k.snapshot and (found := readings[k.snapshot])
    ]
    told = tell(captures, past.provider, source=past.id, basis=past.basis)
    return told, {k.key: _outcome(k, readings, told.refused) for k in kept}, kept


def _outcome(
    kept: Kept, readings: Mapping[int, Reading | ReadError], unlike: Mapping[datetime, ReadError]
) -> tuple[str, str]:
    if kept.snapshot is None:
        return kept.outcome, kept.words
    found = readings[kept.snapshot]
    error = found if isinstance(found, ReadError) else unlike.get(kept.at)
    return (error.kind, error.words) if error else ("well", "")


def _record(
    connection: Connection, past: Past, told: Told, read_as: Mapping[str, tuple[str, str]], at: datetime
) -> tuple[Reconciled, int, int]:
    """Everything that the captures say, in one transaction, and no alert: prices, moves, events."""
    _register(connection, past, at)
    states.get(connection, past.id)  # locked: another backfill of it waits
    store.set_outcomes(connection, past.id, read_as)
    prices = reconcile(connection, past.id, told.spans, basis=past.basis, at=at)
    if past.basis is Basis.catalogue:  # what it records is a move only where a better source says so
        return prices, 0, put_steps(connection, past.id, told.spans, at)
    return prices, *put_moves(connection, past.id, told.moves(past.id), at)
