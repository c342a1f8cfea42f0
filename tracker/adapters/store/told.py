"""What each channel was told of a line of a price list, and what moved since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import Connection, case, func, select

from tracker.adapters.store.chunks import chunks
from tracker.adapters.store.moves import move_of, select_moves
from tracker.adapters.store.tables import moves, series, sources
from tracker.adapters.store.tables_alerts import alert_moves, alerts, channels, deliveries
from tracker.domain.facts import SOURCE as FACTS
from tracker.domain.model import Move, Status
from tracker.domain.rules import NOTHING_YET, Line, LineOf
from tracker.domain.spans import NEVER_LOOKED_AT

TELL_MOVES = ("move", "digest")  # the events of alerts whose moves are told; others only name them
OF_HELD = ("held", "held_over")  # that moves wait for a person, and that they do no more


def lines(
    connection: Connection, fresh: Sequence[Move], names: Collection[str], at: datetime | None = None
) -> LineOf:
    """What these channels know of the lines of `fresh`, without it; as of `at`, or now.

    Moves count that were confirmed since a channel was set; a message that died was told to nobody.
    """
    begun = {row.name: row.since for row in connection.execute(select(channels))}
    keys, ids = sorted({m.series.key for m in fresh}), {m.id for m in fresh}
    found: dict[tuple[str, str], Line] = {}
    for chunk in chunks(keys):
        rows = [row for row in _confirmed(connection, chunk, at) if row.id not in ids]
        earlier = {row.id: move_of(row) for row in rows}
        by_key: dict[str, list[Any]] = {}
        for row in rows:
            by_key.setdefault(row.key, []).append(row)
        told: dict[tuple[str, str], Move] = {}
        for row in _told(connection, list(earlier), names, at):
            told[row.channel, earlier[row.move].series.key] = earlier[row.move]
        for name, key in product(names, by_key):
            last = told.get((name, key))
            since = [earlier[row.id] for row in by_key[key] if _counts(row, last, begun.get(name))]
            found[name, key] = Line(last, tuple(since))
    return lambda channel, move: found.get((channel, move.series.key), NOTHING_YET)


def _counts(row: Any, last: Move | None, begun: datetime | None) -> bool:
    return begun is not None and row.status_at >= begun and (last is None or row.id > last.id)


def _confirmed(connection: Connection, keys: Sequence[str], at: datetime | None) -> Iterator[Any]:
    """The confirmed moves of these lines that looks saw, oldest first, with `key` and `status_at`."""
    statement = (
        select_moves()
        .add_columns(series.c.key, moves.c.status_at)
        .join(sources, sources.c.id == moves.c.source)
        .where(series.c.key.in_(keys), moves.c.status == Status.confirmed.value)
        .where(sources.c.kind.not_in(NEVER_LOOKED_AT))
        .order_by(moves.c.id)
    )
    if at is not None:
        statement = statement.where(moves.c.status_at < at)
    return iter(connection.execute(statement))


def _told(
    connection: Connection, ids: Sequence[int], names: Collection[str], at: datetime | None
) -> Iterator[Any]:
    """Per channel the moves of these that it was told, oldest first."""
    for chunk in chunks(ids):
        statement = (
            select(deliveries.c.channel, func.max(alert_moves.c.move).label("move"))
            .join(alerts, alerts.c.id == deliveries.c.alert)
            .join(alert_moves, alert_moves.c.alert == alerts.c.id)
            .where(alert_moves.c.move.in_(chunk), deliveries.c.channel.in_(names))
            .where(deliveries.c.state != "dead", alerts.c.event.in_(TELL_MOVES))
            .group_by(deliveries.c.channel, alert_moves.c.move)
            .order_by(func.max(alert_moves.c.move))
        )
        if at is not None:
            statement = statement.where(alerts.c.created_at < at)
        yield from connection.execute(statement)


def hearers(connection: Connection, ids: Collection[int], event: str) -> dict[int, list[tuple[str, str]]]:
    """The rules and channels of the alerts of this event that tell of these moves, the dead ones left out."""
    found: dict[int, list[tuple[str, str]]] = {}
    for chunk in chunks(sorted(ids)):
        rows = connection.execute(
            select(alert_moves.c.move, alerts.c.rule, deliveries.c.channel)
            .join(alerts, alerts.c.id == alert_moves.c.alert)
            .join(deliveries, deliveries.c.alert == alerts.c.id)
            .where(alert_moves.c.move.in_(chunk), alerts.c.event == event, deliveries.c.state != "dead")
            .order_by(alerts.c.id)
        )
        for row in rows:
            found.setdefault(row.move, []).append((row.rule, row.channel))
    return found


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A move with what rules ask beside it; `at` is when it came to its status, in our time."""

    move: Move
    at: datetime
    kind: str  # of its source
    provider: str  # whose own prices the source lists

    @property
    def is_live(self) -> bool:
        """Whether a look saw it."""
        return self.kind not in NEVER_LOOKED_AT


@dataclass(frozen=True, slots=True)
class Written:
    """A notice that was written, to whichever channels."""

    at: datetime
    event: str
    source: str
    subject: str


def move(connection: Connection, id: int) -> Confirmed | None:
    """A move, whatever its status."""
    row = connection.execute(_with_kind().where(moves.c.id == id)).first()
    return Confirmed(move_of(row), row.status_at, row.kind, row.lister) if row else None


def confirmed(
    connection: Connection, since: datetime, until: datetime, *, documented: bool = False
) -> list[Confirmed]:
    """The moves that were confirmed in [since, until], as they came; with `documented` also those of the
    bundled facts, at the day on which they took effect."""
    at = case((sources.c.kind == FACTS, moves.c.at), else_=moves.c.status_at)
    left_out = NEVER_LOOKED_AT - ({FACTS} if documented else set())
    statement = (
        _with_kind()
        .where(moves.c.status == Status.confirmed.value, sources.c.kind.not_in(sorted(left_out)))
        .where(at >= since, at <= until)
        .order_by(at, moves.c.source, moves.c.id)
    )
    rows = connection.execute(statement)
    return [Confirmed(move_of(r), r.at if r.kind == FACTS else r.status_at, r.kind, r.lister) for r in rows]


def notices(connection: Connection, since: datetime, until: datetime) -> list[Written]:
    """What was told that is no move, each once."""
    rows = connection.execute(
        select(alerts.c.created_at, alerts.c.event, alerts.c.source, alerts.c.subject)
        .where(alerts.c.event.not_in((*TELL_MOVES, *OF_HELD)))
        .where(alerts.c.created_at >= since, alerts.c.created_at <= until)
        .order_by(alerts.c.id)
    )
    return list(dict.fromkeys(Written(r.created_at, r.event, r.source or "", r.subject) for r in rows))


def _with_kind() -> Any:
    chosen = select_moves().join(sources, sources.c.id == moves.c.source)
    return chosen.add_columns(moves.c.status_at, sources.c.kind, sources.c.provider.label("lister"))


def heard_of_trouble(connection: Connection, source: str) -> list[tuple[str, str]]:
    """The rules and channels that heard the last notice of a source's trouble."""
    of_it = (alerts.c.source == source, alerts.c.event == "source")
    last = select(func.max(alerts.c.created_at)).where(*of_it).scalar_subquery()
    rows = connection.execute(
        select(alerts.c.rule, deliveries.c.channel)
        .join(deliveries, deliveries.c.alert == alerts.c.id)
        .where(*of_it, alerts.c.created_at == last)
        .order_by(alerts.c.id)
    )
    return [(row.rule, row.channel) for row in rows]
