"""Which rule tells which move to whom, and why: filters, thresholds, silences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from tracker.domain import wording
from tracker.domain.filters import Case, is_among, why_not
from tracker.domain.model import Move
from tracker.domain.schedule import due
from tracker.domain.settings import Rule
from tracker.domain.silences import Silence

DEFAULT = Rule("default")  # where no rule is set
CUTS, RISES = ("list_cut", "plan_cut"), ("list_rise", "plan_rise")
NOBODY: Mapping[int, Collection[str]] = MappingProxyType({})
ABOUT_THE_WATCH = frozenset({"source", "channel"})


@dataclass(frozen=True, slots=True)
class Line:
    """What one channel was last told of one line of a price list, and what moved since, oldest first."""

    told: Move | None = None
    since: tuple[Move, ...] = ()


NOTHING_YET = Line()
LineOf = Callable[[str, Move], Line]  # of a channel and a move


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a rule tells a move, why, and the move as it is told: from the price last announced."""

    fires: bool
    why: str
    as_told: Move


class Chosen(NamedTuple):
    """What a rule tells a channel of one announcement."""

    rule: Rule
    channel: str
    moves: tuple[Move, ...]  # as told


def choose(
    cases: Sequence[Case],
    *,
    rules: Sequence[Rule],
    channels: Sequence[str],
    silences: Sequence[Silence] = (),
    line_of: LineOf = lambda channel, move: NOTHING_YET,
    heard: Mapping[int, Collection[str]] = NOBODY,
) -> Iterator[Chosen]:
    """What to tell of one announcement: the confirmed moves of one source at one look.

    A move that several rules send to one channel is told there once, by the first. `silences` are those
    that hold now, and `heard` the channels that another source's same move was told, by a move's id.
    """
    told: dict[str, set[int]] = {}
    for rule in rules or (DEFAULT,):
        admitted = [n for n, case in enumerate(cases) if not why_not(rule, case)]
        for channel in rule.to or channels:
            known = told.setdefault(channel, set())
            fires: list[Move] = []
            for place in admitted:
                case = cases[place]
                if place in known or channel in heard.get(case.move.id, ()):
                    continue
                if silenced_by(silences, rule, case.move):
                    continue
                decision = decide(rule, case, line_of(channel, case.move))
                if decision.fires:
                    known.add(place)
                    fires.append(decision.as_told)
            if fires:
                yield Chosen(rule, channel, tuple(fires))


def silenced_by(silences: Sequence[Silence], rule: Rule, move: Move) -> Silence | None:
    """The silence that keeps a rule from telling a move; None where none does."""
    series = move.series
    return next((s for s in silences if s.covers(rule.name, series.provider, series.model)), None)


def decide(rule: Rule, case: Case, line: Line = NOTHING_YET) -> Decision:
    """Whether a rule tells a move to a channel that knows `line` of its line."""
    if why := why_not(rule, case):
        return Decision(False, why, case.move)
    told = as_told(rule, case, line)
    if why := _too_small(rule, case.move, told):
        return Decision(False, why, told)
    return Decision(True, _fires(rule, told), told)


def told_at(rule: Rule, at: datetime) -> tuple[datetime, str]:
    """When a rule tells what happens at a moment, and what that waits for: "digest", "quiet" or nothing."""
    moment = due(rule.digest, rule.quiet, at)
    return moment, "digest" if rule.digest else "quiet" if moment > at else ""


def has_threshold(rule: Rule) -> bool:
    """Whether it matters to a rule what its channels were told before."""
    return bool(rule.min_pct or rule.min_amount)


def as_told(rule: Rule, case: Case, line: Line) -> Move:
    """A move from the price that a channel was last told, so that slow creep adds up.

    Without a threshold every move is told by itself. Of a rule that wants one direction only, what went the
    other way, and was told to nobody, is no part of the way: it begins at the turn.
    """
    move = case.move
    if not has_threshold(rule):
        return move
    way = [*(m for m in line.since if m.source == move.source), move]
    start, begun = line.told.after if line.told else way[0].before, 0
    if wanted := _direction(rule):
        turn = max if wanted == "cut" else min
        for place, m in enumerate(way[:-1], 1):
            if turn(start, m.after) != start and why_not(rule, replace(case, move=m)):
                start, begun = m.after, place
    if start == move.before:
        return move
    steps = way[begun:]
    words = f"in {len(steps)} steps since {steps[0].at:%Y-%m-%d}" if len(steps) > 1 else ""
    return replace(move, before=start, reason="; ".join(filter(None, (move.reason, words))))


def _direction(rule: Rule) -> str:
    if rule.direction or not rule.event:
        return rule.direction
    return "cut" if set(rule.event) <= set(CUTS) else "rise" if set(rule.event) <= set(RISES) else ""


def _too_small(rule: Rule, move: Move, told: Move) -> str:
    """Why a change does not reach the threshold in the direction of its last step; empty if it does.

    From nothing every change is more than any share of it.
    """
    if not has_threshold(rule):
        return ""
    change = told.after - told.before
    if (change < 0) != move.is_cut or not change:
        return f"it came back to near what was last told: {_from_to(told)}"
    if told.before and abs(change) * 100 < rule.min_pct * told.before:
        return f"{_from_to(told)} is less than {rule.min_pct.normalize():f} %"
    if abs(change) < rule.min_amount:
        return f"{_from_to(told)} is less than {wording.money(rule.min_amount, move.series.currency)}"
    return ""


def _from_to(move: Move) -> str:
    currency = move.series.currency
    change = wording.percent(move.before, move.after) if move.before != move.after else "no change"
    return f"{wording.money(move.before, currency)} → {wording.money(move.after, currency)} ({change})"


def _fires(rule: Rule, told: Move) -> str:
    return f"{_from_to(told)} since it was last told" if has_threshold(rule) else "it lets this move through"


def routes(
    event: str,
    about: Sequence[str],
    *,
    rules: Sequence[Rule],
    channels: Sequence[str],
    silences: Sequence[Silence] = (),
    needs_rule: bool = False,
) -> list[tuple[Rule, str]]:
    """Where a notice goes: to each channel once, by the first rule that names its event.

    `about` are the names that a rule's `provider` may mean it by; none is all of them. That the watch itself
    is in trouble is never told to nobody: where no rule names it, it goes to every channel.
    """
    naming: Sequence[Rule] = [rule for rule in rules if event in rule.event]
    if not naming and not needs_rule and (not rules or event in ABOUT_THE_WATCH):
        naming = (DEFAULT,)
    found: dict[str, Rule] = {}
    for rule in naming:
        if about and not any(is_among(name, rule.provider) for name in about):
            continue
        if any(s.covers(rule.name, name) for s in silences for name in about or ("",)):
            continue
        for channel in rule.to or channels:
            found.setdefault(channel, rule)
    return [(rule, channel) for channel, rule in found.items()]
