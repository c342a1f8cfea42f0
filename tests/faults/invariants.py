"""What must hold of a store whatever happened to it, asked of its tables and of the webhook's record."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.engine import Row

from tests.loopback.sinkd import Sink
from tracker.adapters.store import snapshots as pages
from tracker.adapters.store.engine import asking
from tracker.adapters.store.migrate import is_current
from tracker.adapters.store.tables import looks, moves, prices, snapshots, sources
from tracker.adapters.store.tables_alerts import alert_moves, alerts, deliveries
from tracker.domain.errors import TrackerError

DELIVERY_ID = "x-delivery-id"


def broken(engine: Engine) -> list[str]:
    """What does not hold though it must at any moment, in the middle of a crash too."""
    with asking(engine) as connection:
        found = [
            *_lost(connection),
            *_orphans(connection),
            *_bent_chains(connection),
            *_unsound(connection),
        ]
    return found if is_current(engine) else [*found, "the schema is not this version's"]


def waiting(engine: Engine) -> list[str]:
    """What is not at its end yet: it must be once the tracker ran quietly for a while."""
    with asking(engine) as connection:
        unsent = select(deliveries).where(deliveries.c.state != "sent")
        unsure = select(moves).where(moves.c.status == "provisional")
        return [
            *(f"delivery {d.id} is {d.state}: {d.last_error}" for d in connection.execute(unsent)),
            *(f"move {m.id} waits for a second look" for m in connection.execute(unsure)),
        ]


def misdelivered(engine: Engine, sink: Sink) -> list[str]:
    """Alerts that did not arrive, arrived twice without cause, or never were."""
    with asking(engine) as connection:
        kept = {d.id: d for d in connection.execute(select(deliveries))}
    arrived = arrivals(sink)
    found = [f"{id} arrived and is in no store" for id in arrived.keys() - kept.keys()]
    for id, delivery in kept.items():
        if delivery.state == "sent" and not arrived[delivery.part_of or id]:
            found.append(f"{id} is sent and did not arrive")
        if arrived[id] > 1 and not delivery.uncertain:
            found.append(f"{id} arrived {arrived[id]} times, and no try of it was cut off")
        if arrived[id] > delivery.attempts:
            found.append(f"{id} arrived {arrived[id]} times in {delivery.attempts} tries")
    seen: set[str] = set()
    for request in sink.received:
        id = request.headers[DELIVERY_ID]
        if id in seen and "may be a repeat" not in request.text:
            found.append(f"{id} came again and does not say so")
        seen.add(id)
    return found


def arrivals(sink: Sink) -> Counter[str]:
    """How often each delivery arrived."""
    return Counter(r.headers[DELIVERY_ID] for r in sink.received)


def counts(engine: Engine, sink: Sink) -> dict[str, int]:
    """How much went through: so that a run that proved nothing is seen to."""
    with asking(engine) as connection:
        status = Counter(connection.execute(select(moves.c.status)).scalars())
        sent = connection.execute(select(deliveries.c.uncertain).where(deliveries.c.state == "sent"))
        unsure = Counter(sent.scalars())
    return {
        "moves": status["confirmed"],
        "withdrawn": status["withdrawn"],
        "held": status["held"],
        "alerts": unsure.total(),
        "uncertain": unsure[True],
        "repeats": sum(n - 1 for n in arrivals(sink).values()),
    }


def open_prices(engine: Engine, source: str) -> dict[tuple[str, str], Decimal]:
    """The prices that are held for a source, by printed model and meter."""
    with asking(engine) as connection:
        meter = text("SELECT id, meter FROM series")
        meters = {row.id: row.meter for row in connection.execute(meter)}
        held = select(prices).where(
            prices.c.source == source, prices.c.valid_to.is_(None), prices.c.withdrawn_at.is_(None)
        )
        return {(row.model, meters[row.series]): row.price for row in connection.execute(held)}


def _lost(connection: Connection) -> Iterator[str]:
    """I1: a confirmed move has its alert, once a channel, and an alert has its one delivery."""
    told: dict[int, Counter[str]] = defaultdict(Counter)
    deliveries_of = Counter(connection.execute(select(deliveries.c.alert)).scalars())
    addressed = connection.execute(select(deliveries.c.alert, deliveries.c.channel))
    channel = {row.alert: row.channel for row in addressed}
    for row in connection.execute(select(alert_moves)):
        told[row.move][channel.get(row.alert, "")] += 1
    for id, stands in connection.execute(select(moves.c.id, moves.c.status)):
        if stands == "confirmed" and not told[id]:
            yield f"move {id} is confirmed and no alert tells of it"
        if stands != "confirmed" and told[id]:
            yield f"move {id} is {stands} and an alert tells of it"
        for name, times in told[id].items():
            if times > 1:
                yield f"move {id} is told {times} times to {name}"
    for id in connection.execute(select(alerts.c.id)).scalars():
        if deliveries_of[id] != 1:
            yield f"alert {id} has {deliveries_of[id]} deliveries"


def _orphans(connection: Connection) -> Iterator[str]:
    """I2: what was seen leads to the bytes that it was read from."""
    kept = {row.id: row.sha256 for row in connection.execute(select(snapshots))}
    for table, column in (
        (moves, moves.c.snapshot),
        (moves, moves.c.confirmed_by),
        (prices, prices.c.snapshot),
        (looks, looks.c.snapshot),
        (sources, sources.c.well_snapshot),
    ):
        for id, snapshot in connection.execute(select(table.c.id, column)):
            if snapshot is not None and snapshot not in kept:
                yield f"{column} of {id} is {snapshot}, which is not kept"
    for move in connection.execute(select(moves)):
        if move.snapshot is None or (move.status == "confirmed" and move.confirmed_by is None):
            yield f"move {move.id} has no evidence"
    for row in connection.execute(select(sources).where(sources.c.well_sha256.is_not(None))):
        if kept.get(row.well_snapshot) != row.well_sha256:
            yield f"the page that {row.id} was read from is another one"
    for sha256 in set(kept.values()):
        try:
            assert hashlib.sha256(pages.body(connection, sha256)).hexdigest() == sha256
        except (TrackerError, AssertionError) as e:
            yield f"the page {sha256[:8]} cannot be read: {e!r}"


def _bent_chains(connection: Connection) -> Iterator[str]:
    """I5: the prices of a series follow one another, as the confirmed moves say."""
    rows: dict[tuple[str, int], list[Row[Any]]] = defaultdict(list)
    steps: dict[tuple[str, int], list[Row[Any]]] = defaultdict(list)
    standing = select(prices).where(prices.c.withdrawn_at.is_(None)).order_by(prices.c.id)
    for row in connection.execute(standing):
        rows[row.source, row.series].append(row)
    for row in connection.execute(select(moves).where(moves.c.status == "confirmed").order_by(moves.c.id)):
        steps[row.source, row.series].append(row)
    for key in rows.keys() | steps.keys():
        chain, made = rows[key], steps[key]
        for one, next in pairwise(chain):
            if one.valid_to != next.valid_from or one.closed_at != next.recorded_at:
                yield f"{key}: {one.price} until {one.valid_to}, {next.price} from {next.valid_from}"
        if [row.valid_to is None for row in chain] != [False] * (len(chain) - 1) + [True]:
            yield f"{key}: not the last price alone is open"
        if any(row.valid_to is not None and row.valid_to <= row.valid_from for row in chain):
            yield f"{key}: a price ends before it begins"
        told = [(m.before, m.after) for m in made]
        if told != [(a.price, b.price) for a, b in pairwise(chain)]:
            yield f"{key}: the moves {told} do not make the prices {[row.price for row in chain]}"


def _unsound(connection: Connection) -> Iterator[str]:
    """I5: what the database says of itself."""
    if connection.dialect.name == "sqlite":
        for row in connection.exec_driver_sql("PRAGMA integrity_check"):
            if row[0] != "ok":
                yield f"integrity_check: {row[0]}"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"foreign_key_check: {tuple(row)}"
    else:
        invalid = text("SELECT conname FROM pg_constraint WHERE NOT convalidated")
        for name in connection.execute(invalid).scalars():
            yield f"the constraint {name} is not valid"
