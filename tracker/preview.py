"""What the present rules say of recorded moves: why one is told or not, and what a month would bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from tracker.adapters.store import Connection, silences, told
from tracker.adapters.store.told import Confirmed, Written
from tracker.announce import cases_of
from tracker.domain import headlines, wording
from tracker.domain.errors import TrackerError
from tracker.domain.model import Move, Status
from tracker.domain.rules import DEFAULT, Line, choose, decide, routes, silenced_by, told_at
from tracker.domain.settings import Rule, Settings
from tracker.domain.silences import Silence
from tracker.domain.witnesses import SAME_MOVE, is_news, is_same_line


@dataclass(frozen=True, slots=True)
class Explained:
    """Whether a rule tells a move to a channel, why, and when it is due."""

    rule: str
    channel: str
    fires: bool
    why: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Previewed:
    """A message that the present rules would have written: those of equal `digest` would have been one."""

    at: datetime
    due: datetime
    channel: str
    rule: str
    event: str
    subject: str
    moves: tuple[int, ...] = ()
    digest: str = ""


def explain(connection: Connection, settings: Settings, id: int) -> tuple[Move, list[Explained]]:
    """What each rule says of a move as of the moment at which it was confirmed, or now while it waits.

    Raises TrackerError where there is no such move.
    """
    found = told.move(connection, id)
    if found is None:
        raise TrackerError(f"there is no move {id}: see `tracker moves`")
    move, at = found.move, found.at
    line_of = told.lines(connection, [move], settings.channel_names, at)
    (case,) = cases_of(settings, [move], found.kind, found.provider)
    silent = [s for s in silences.every(connection) if s.holds(at)]
    rows: list[Explained] = []
    taken: dict[str, str] = {}
    for rule in settings.rules or (DEFAULT,):
        silence = silenced_by(silent, rule, move)
        for channel in rule.to or settings.channel_names:
            decision = decide(rule, case, line_of(channel, move))
            kept = _kept_back(found, silence, taken.get(channel, "")) if decision.fires else ""
            if decision.fires and not silence:  # a rule that is silenced leaves the move to the next
                taken.setdefault(channel, rule.name)
            fires = decision.fires and not kept
            when = told_at(rule, at)[0] if fires else None
            rows.append(Explained(rule.name, channel, fires, kept or decision.why, when))
    return move, rows


def _kept_back(found: Confirmed, silence: Silence | None, taken: str) -> str:
    """Why a move is not told though its rule fires; empty where it is."""
    move = found.move
    if silence:
        return _silenced(silence)
    if taken:
        return f"the rule {taken} tells it to this channel"
    if move.status is not Status.confirmed:
        return f"it is {move.status.value}: {move.reason or 'not confirmed yet'}"
    if not found.is_live:
        return "no look saw it: what an archive or the bundled facts say is told to nobody"
    return ""


def _silenced(silence: Silence) -> str:
    until = min(silence.until, silence.ended_at or silence.until)
    return f"silence {silence.id} kept it silent until {wording.moment(until)}"


def preview(
    connection: Connection, settings: Settings, since: datetime, until: datetime, *, documented: bool = False
) -> list[Previewed]:
    """What the present rules would have written of what was recorded in a time, oldest first.

    Notices are those that were written then, sent where the present rules send them. `documented` takes the
    moves that the bundled facts tell as well.
    """
    silent = silences.every(connection)
    moves = told.confirmed(connection, since, until, documented=documented)
    notices = told.notices(connection, since, until)
    found = [*_moves(settings, moves, silent), *_notices(settings, notices, silent)]
    return sorted(found, key=lambda p: (p.at, p.channel))


def _moves(settings: Settings, moves: Iterable[Confirmed], silent: Sequence[Silence]) -> Iterator[Previewed]:
    memory = _Memory()
    for (at, _), batch in groupby(moves, key=lambda c: (c.at, c.move.source)):
        together = list(batch)
        heard = {c.move.id: who for c in together if (who := memory.heard(c)) is not None}
        fresh = [c.move for c in together if c.move.id in heard]
        for chosen in choose(
            cases_of(settings, fresh, together[0].kind, together[0].provider),
            rules=settings.rules,
            channels=settings.channel_names,
            silences=[s for s in silent if s.holds(at)],
            line_of=memory.line,
            heard=heard,
        ):
            subject = headlines.subject(chosen.moves, wording.grouped(chosen.moves))
            ids = tuple(m.id for m in chosen.moves)
            yield _previewed(chosen.rule, chosen.channel, at, "move", subject, ids)
            memory.tell(chosen.channel, chosen.moves)
        memory.pass_by([c.move for c in together])


def _notices(
    settings: Settings, notices: Iterable[Written], silent: Sequence[Silence]
) -> Iterator[Previewed]:
    for notice in notices:
        for rule, channel in routes(
            notice.event,
            [notice.source] if notice.source else [],
            rules=settings.rules,
            channels=settings.channel_names,
            silences=[s for s in silent if s.holds(notice.at)],
        ):
            yield _previewed(rule, channel, notice.at, notice.event, notice.subject)


def _previewed(
    rule: Rule, channel: str, at: datetime, event: str, subject: str, moves: tuple[int, ...] = ()
) -> Previewed:
    """A message, and what it would have been sent with: by channel, rule and moment."""
    moment, held_for = told_at(rule, at)
    digest = f"{channel} {rule.name} {moment.isoformat()}" if held_for else ""
    return Previewed(at, moment, channel, rule.name, event, subject, moves, digest)


@dataclass(slots=True)
class _Memory:
    """What channels were told so far, and what moved since: as `told.lines` reads it from the store."""

    last: dict[tuple[str, str], Move] = field(default_factory=dict)
    passed: dict[str, list[Move]] = field(default_factory=dict)
    said: dict[tuple[object, ...], list[Confirmed]] = field(default_factory=dict)
    hearers: dict[int, set[str]] = field(default_factory=dict)  # of a move, by its id

    def heard(self, one: Confirmed) -> set[str] | None:
        """The channels that heard the same move of another source just before; None where it is no news."""
        key = (one.move.series.meter, one.move.before, one.move.after)
        others = self.said.setdefault(key, [])
        same = [
            o
            for o in others
            if o.move.source != one.move.source
            and one.at - o.at <= SAME_MOVE
            and is_same_line(o.move.series, one.move.series)
        ]
        others.append(one)
        if not is_news(one.kind, [o.kind for o in same]):
            return None
        return {channel for o in same for channel in self.hearers.get(o.move.id, ())}

    def line(self, channel: str, move: Move) -> Line:
        key, last = move.series.key, self.last.get((channel, move.series.key))
        since = [m for m in self.passed.get(key, ()) if last is None or m.id > last.id]
        return Line(last, tuple(since))

    def tell(self, channel: str, moves: Sequence[Move]) -> None:
        for move in moves:
            self.last[channel, move.series.key] = move
            self.hearers.setdefault(move.id, set()).add(channel)

    def pass_by(self, moves: Sequence[Move]) -> None:
        for move in moves:
            self.passed.setdefault(move.series.key, []).append(move)
