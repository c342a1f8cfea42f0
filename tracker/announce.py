"""Decides who is told of moves and notices, says it in words, and writes it to the outbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from tracker.adapters.store import Connection, outbox, silences, told, witnesses
from tracker.adapters.store import sources as states
from tracker.context import context_of
from tracker.domain.alerts import Alert, Message, message_of
from tracker.domain.filters import Case, is_watched
from tracker.domain.model import Move
from tracker.domain.moves import CLAIMED
from tracker.domain.notices import Notice, held_message, unheld_message
from tracker.domain.rules import NOBODY, NOTHING_YET, Chosen, LineOf, choose, has_threshold, routes, told_at
from tracker.domain.settings import Rule, Settings
from tracker.domain.silences import Silence
from tracker.domain.witnesses import SAME_MOVE, is_news


def announce_moves(
    connection: Connection,
    settings: Settings,
    moves: Sequence[Move],
    *,
    source: str,
    kind: str,
    page_url: str,
    now: datetime,
) -> None:
    """Write the alerts on confirmed moves of one source at one look, in the caller's transaction.

    What another source's same move told lately is not told again.
    """
    said: dict[tuple[Move, ...], Message] = {}
    alerts = []
    news, heard = _news(connection, moves, source, kind, now)
    for chosen in _chosen(connection, settings, news, kind, now, heard):
        if chosen.moves not in said:
            context = context_of(connection, settings, chosen.moves, at=now)
            said[chosen.moves] = message_of(
                chosen.moves,
                page_url=page_url,
                base_url=settings.base_url,
                notes=context.notes,
                links=context.links,
            )
        alerts.append(_alert(chosen.rule, chosen.channel, said[chosen.moves], now, moves=chosen.moves))
    outbox.put(connection, alerts, source, now)


def announce_notices(
    connection: Connection,
    settings: Settings,
    notices: Sequence[Notice],
    *,
    source: str | None,
    now: datetime,
    but: Collection[str] = (),
) -> None:
    """Write the alerts on what is no move, in the caller's transaction; `but` are channels left out."""
    if not notices:
        return
    silent = silences.standing(connection, now)
    alerts = [
        _alert(rule, channel, notice.message, now, event=notice.event)
        for notice in notices
        for channel, rule in _hearers(connection, settings, notice, source, silent).items()
        if channel not in but
    ]
    outbox.put(connection, alerts, source, now)


def _hearers(
    connection: Connection, settings: Settings, notice: Notice, source: str | None, silent: Sequence[Silence]
) -> dict[str, Rule]:
    """By channel the rule that tells it; the end of a trouble goes to whoever heard of it, too."""
    about = [name for name in dict.fromkeys((notice.provider, source or "")) if name]
    found = _routed(settings, notice.event, about, silent, needs_rule=notice.needs_rule)
    hearers = {channel: rule for rule, channel in found}
    if notice.ends and source:
        for name, channel in told.heard_of_trouble(connection, source):
            if channel in settings.channel_names:
                hearers.setdefault(channel, settings.rule_called(name))
    return hearers


def _routed(
    settings: Settings,
    event: str,
    about: Sequence[str],
    silent: Sequence[Silence],
    *,
    needs_rule: bool,
) -> list[tuple[Rule, str]]:
    """Where the settings send what is no move."""
    return routes(
        event,
        about,
        rules=settings.rules,
        channels=settings.channel_names,
        silences=silent,
        needs_rule=needs_rule,
    )


def announce_held(
    connection: Connection,
    settings: Settings,
    moves: Sequence[Move],
    *,
    source: str,
    kind: str,
    now: datetime,
) -> None:
    """Write the alerts on moves that wait for a person: to whom they would be told if they were believed.

    Rules that name `held` take them instead, whatever else they ask. What a catalogue claims needs such a
    rule: it waits for a witness, not for a person.
    """
    if not moves:
        return
    about = [*dict.fromkeys(m.series.provider for m in moves), source]
    naming = _routed(settings, "held", about, silences.standing(connection, now), needs_rule=True)
    to = [Chosen(rule, channel, tuple(moves)) for rule, channel in naming]
    if not to:
        doubted = [m for m in moves if m.reason != CLAIMED]
        to = list(_chosen(connection, settings, doubted, kind, now))
    alerts = []
    for chosen in to:
        mine = {m.id for m in chosen.moves}
        as_held = [m for m in moves if m.id in mine]
        message = held_message(as_held, base_url=settings.base_url)
        alerts.append(_alert(chosen.rule, chosen.channel, message, now, moves=tuple(as_held), event="held"))
    outbox.put(connection, alerts, source, now)


def announce_unheld(
    connection: Connection, settings: Settings, moves: Sequence[Move], *, source: str, now: datetime
) -> None:
    """Tell who heard that these were held that they are so no more, but for who is told the move itself."""
    heard: dict[tuple[str, str], list[Move]] = {}
    ids, names = [m.id for m in moves], settings.channel_names
    held, moved = told.hearers(connection, ids, "held"), told.hearers(connection, ids, "move")
    for move in moves:
        told_it = {channel for _, channel in moved.get(move.id, ())}
        for rule, channel in held.get(move.id, ()):
            if channel in names and channel not in told_it:
                heard.setdefault((rule, channel), []).append(move)
    alerts = []
    for (name, channel), over in heard.items():
        message, by = unheld_message(over, base_url=settings.base_url), settings.rule_called(name)
        alerts.append(_alert(by, channel, message, now, moves=tuple(over), event="held_over"))
    outbox.put(connection, alerts, source, now)


def cases_of(settings: Settings, moves: Sequence[Move], kind: str, provider: str) -> list[Case]:
    """Moves of one source as rules look at them; `provider` is whose own prices the source lists."""
    return [Case(m, kind, is_watched(settings.watch, m, kind, provider)) for m in moves]


def _news(
    connection: Connection, moves: Sequence[Move], source: str, kind: str, now: datetime
) -> tuple[list[Move], dict[int, set[str]]]:
    """The moves that no other source told, and who heard of them all the same, from the background."""
    same = witnesses.same_moves(connection, moves, source, now - SAME_MOVE)
    news = [m for m in moves if is_news(kind, same[m.id].values())]
    hearers = told.hearers(connection, {other for m in news for other in same[m.id]}, "move")
    heard = {m.id: {name for other in same[m.id] for _, name in hearers.get(other, ())} for m in news}
    return news, heard


def _chosen(
    connection: Connection,
    settings: Settings,
    moves: Sequence[Move],
    kind: str,
    now: datetime,
    heard: Mapping[int, Collection[str]] = NOBODY,
) -> Sequence[Chosen]:
    channels = settings.channel_names
    if not moves or not channels:
        return ()
    line_of: LineOf = lambda channel, move: NOTHING_YET  # noqa: E731
    if any(map(has_threshold, settings.rules)):
        line_of = told.lines(connection, moves, channels)
    return list(
        choose(
            cases_of(settings, moves, kind, states.get(connection, moves[0].source, lock=False).provider),
            rules=settings.rules,
            channels=channels,
            silences=silences.standing(connection, now),
            line_of=line_of,
            heard=heard,
        )
    )


def _alert(
    rule: Rule,
    channel: str,
    message: Message,
    now: datetime,
    *,
    moves: tuple[Move, ...] = (),
    event: str = "move",
) -> Alert:
    moment, held_for = told_at(rule, now)
    return Alert(rule.name, channel, message, moves, event, moment, held_for)
