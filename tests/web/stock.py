"""Fills a store with what a test needs, by the same functions that the jobs use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, Engine, select

from scrapers.page import Article, Page, Reading, Terms
from scrapers.source import Source
from tracker.adapters.store import articles, outbox, prices, snapshots, upcoming
from tracker.adapters.store import moves as store_moves
from tracker.adapters.store import sources as states
from tracker.adapters.store.engine import writing
from tracker.adapters.store.tables_alerts import deliveries
from tracker.domain.alerts import Alert, Message
from tracker.domain.model import Basis, Move, Observation, Series, Snapshot, Status
from tracker.domain.moves import Changes
from tracker.domain.upcoming import Upcoming

NOW = datetime(2026, 9, 15, 14, 5, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
IN_A_MONTH = date(2026, 10, 15)


def source(id: str, kind: str = "providers", url: str = "", provider: str = "") -> Source:
    def reader(page: Page) -> Reading:
        return Reading()

    return Source(url or f"https://{id}.example/pricing", reader, id=id, kind=kind, provider=provider)


def by_id(*found: Source) -> dict[str, Source]:
    return {s.id: s for s in found}


def add_sources(engine: Engine, sources: Mapping[str, Source]) -> None:
    with writing(engine) as connection:
        states.register(connection, sources.values(), NOW)


def set_health(
    engine: Engine,
    id: str,
    state: str,
    *,
    looked: timedelta = timedelta(minutes=12),
    well: timedelta | None = timedelta(minutes=12),
    offers: int = 40,
    outcome: str = "well",
    words: str = "",
) -> None:
    """How a source came out of its last look, `looked` ago; it was last well `well` ago."""
    with writing(engine) as connection:
        states.set_to(
            connection,
            id,
            state=state,
            state_since=NOW - (well or 3 * HOUR),
            last_look=NOW - looked,
            last_well=NOW - well if well is not None else None,
            due=NOW - looked + HOUR,
            offers=offers if well is not None else 0,
            last_outcome=words or f"{offers} prices",
            outcome_kind=outcome,
        )
        states.looked(connection, id, NOW - looked, outcome, words or f"{offers} prices", None)


def keep_page(engine: Engine, id: str, body: bytes, at: datetime = NOW) -> int:
    with writing(engine) as connection:
        page = Snapshot(f"https://{id}.example/pricing", at, 200, "text/html", "utf-8", body)
        return snapshots.keep(connection, id, page)


def move(
    source: str,
    model: str,
    before: str,
    after: str,
    *,
    meter: str = "input_mtok",
    seen: timedelta = HOUR,
    since: timedelta | None = None,
    not_before: timedelta | None = None,
    status: Status = Status.provisional,
    reason: str = "",
    currency: str = "USD",
    terms: Terms = Terms(),  # noqa: B008 (frozen)
    promo_until: str = "",
    provider: str = "",
) -> Move:
    """A move that was first seen `seen` ago and holds since `since` ago."""
    cut = Decimal(after) < Decimal(before)
    return Move(
        Series(provider or source, model.casefold()[:200], meter, terms, currency),
        Decimal(before),
        Decimal(after),
        at=NOW - (since or seen),
        recorded_at=NOW - seen,
        not_before=NOW - not_before if not_before else None,
        status=status,
        reason=reason,
        event="promo" if promo_until else f"list_{'cut' if cut else 'rise'}",
        model=model,
        promo_until=promo_until,
        source=source,
    )


def add_moves(engine: Engine, found: Iterable[Move], snapshot: int) -> None:
    """Record moves; those that are confirmed or withdrawn first wait, as they do in life."""
    with writing(engine) as connection:
        for wanted in found:
            _add_move(connection, wanted, snapshot)


def _add_move(connection: Connection, wanted: Move, snapshot: int) -> None:
    known = prices.known(connection, wanted.source).get(wanted.series.key)
    changes = Changes(opened=[wanted])
    if known is None:
        changes.fresh.append(Observation(wanted.series, wanted.before, model=wanted.model))
    long_ago = (wanted.not_before or wanted.at) - timedelta(days=30)
    basis = Basis.observed
    opening = Changes(fresh=changes.fresh)
    prices.record(connection, opening, source=wanted.source, basis=basis, at=long_ago, snapshot=snapshot)
    waits = wanted.status if wanted.status is Status.held else Status.provisional
    values = {f: getattr(wanted, f) for f in wanted.__slots__} | {"status": waits}
    prices.record(
        connection,
        Changes(opened=[Move(**values)]),
        source=wanted.source,
        basis=basis,
        at=wanted.recorded_at,
        snapshot=snapshot,
    )
    if wanted.status in (Status.confirmed, Status.withdrawn):
        stored = store_moves.pending(connection, wanted.source)[wanted.series.key]
        later = wanted.recorded_at + timedelta(minutes=2)
        if wanted.status is Status.confirmed:
            prices.confirm(connection, stored, basis, later, snapshot)
        store_moves.settle(connection, stored.id, wanted.status, wanted.reason, later)


def add_alert(
    engine: Engine, subject: str, channel: str, state: str = "waiting", attempts: int = 0, error: str = ""
) -> None:
    with writing(engine) as connection:
        outbox.put(connection, [Alert("default", channel, Message(subject, (subject,)))], None, NOW - HOUR)
        newest = select(deliveries.c.id).order_by(deliveries.c.alert.desc()).limit(1)
        id = connection.execute(newest).scalar_one()
        outbox.settle(
            connection,
            id,
            owner="",
            state=state,
            attempts=attempts,
            last_error=error,
            next_try=NOW + timedelta(minutes=4),
        )


def add_announced(
    engine: Engine,
    id: str,
    model: str,
    before: str,
    price: str,
    *,
    meter: str = "input_mtok",
    day: date = IN_A_MONTH,
    at: datetime = NOW - HOUR,
) -> None:
    """A page of a source said at a moment that a price will hold from a day on."""
    series = Series(id, model, meter, Terms(), "USD")
    one = Upcoming(series, day, Decimal(price), Decimal(before), model, f"{model} from {day}: {price}")
    with writing(engine) as connection:
        upcoming.put(connection, id, [one], at, None)


def add_articles(engine: Engine, id: str, found: Iterable[Article]) -> None:
    with writing(engine) as connection:
        articles.put(connection, id, found, NOW - HOUR, keep_in(connection, id))


def keep_in(connection: Connection, id: str) -> int:
    page = Snapshot(f"https://{id}.example/feed", NOW - HOUR, 200, "application/rss+xml", "utf-8", b"<rss/>")
    return snapshots.keep(connection, id, page)
