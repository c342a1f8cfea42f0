"""How a source is after a look, when the next look is due, and whether anybody is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scrapers.page import ReadError
from tracker.domain.model import State

TOLD_AFTER = {State.failing: 3, State.blind: 2}  # looks in a row
FLAPPING = "flapping"  # told of a source whose moves go back before they are confirmed
OFFLINE = "offline"  # told, by one of them, of all sources while none of several can be reached
SEVERAL = 3
FLAPS, FLAPS_WITHIN = 3, timedelta(hours=24)  # so many looks withdrew a move within that time
LONGEST = timedelta(hours=24)  # between two looks, whatever a server asks for
SLOWEST = 8  # times `every`, when a page fails and fails
ACCEPT_AFTER = timedelta(hours=48)  # a page that stays smaller for so long is smaller


@dataclass(frozen=True, slots=True)
class Health:
    """How a source was before a look."""

    state: State
    since: datetime
    fails: int
    told: str  # the trouble that was told and is not over
    outcome_kind: str


@dataclass(frozen=True, slots=True)
class Turn:
    """How it is after the look; `tell` is the trouble to tell of now."""

    state: State
    since: datetime
    fails: int
    told: str
    tell: str = ""


def failed(before: Health, kind: str, at: datetime) -> Turn:
    """After a look that was not well: `kind` is that of a FetchError or a ReadError."""
    state = State.blind if kind in ReadError.KINDS else State.failing
    since = before.since if before.state is state else at
    fails = before.fails + 1
    if before.told in ("", FLAPPING) and fails >= TOLD_AFTER[state]:
        return Turn(state, since, fails, state.value, tell=state.value)
    return Turn(state, since, fails, before.told)


def as_offline(turn: Turn, looked: int, well: int, is_known: bool) -> Turn:
    """A failing source's turn where it is rather the machine that has no network.

    `looked` and `well` are how many sources were looked at, and well, since this one fails; `is_known` says
    that it was told already.
    """
    if turn.tell != State.failing.value or looked < SEVERAL or well:
        return turn
    return replace(turn, told=OFFLINE, tell="" if is_known else OFFLINE)


def well(before: Health, at: datetime, flaps: int = 0) -> Turn:
    """After a look that was well; the recovery is told where `before.told` was.

    `flaps` is how many looks of FLAPS_WITHIN withdrew a move: a source that flaps is told once, and once more
    when it was steady for so long.
    """
    since = before.since if before.state is State.well else at
    flapping = flaps >= FLAPS or (flaps > 0 and before.told == FLAPPING)
    told = FLAPPING if flapping else ""
    return Turn(State.well, since, 0, told, tell=told if told != before.told else "")


def next_look(every: timedelta, fails: int, retry_after: timedelta | None = None) -> timedelta:
    """How long to wait: `every` while all is well, longer and longer while it is not; at most a day."""
    slowed = every * min(1 << min(max(0, fails - 1), 8), SLOWEST)
    asked = min(retry_after or timedelta(0), LONGEST)
    return max(every, min(max(slowed, asked), LONGEST))


def stays_smaller(before: Health, at: datetime) -> bool:
    """Whether a page that seems cut has been so for so long, in look after look, that it is believed."""
    cut = before.outcome_kind in ("incomplete_page", "missing_column", "currency_change")
    return cut and before.fails >= 3 and at - before.since >= ACCEPT_AFTER


def seen_as(state: State, last_well: datetime | None, every: timedelta, now: datetime) -> State:
    """The state as a reader must see it: well is stale where the last good look is too long ago."""
    late = last_well is not None and now - last_well > stale_after(every)
    return State.stale if state is State.well and late else state


def stale_after(every: timedelta) -> timedelta:
    """How long after its last good look a source is stale."""
    return 3 * every + timedelta(minutes=5)
