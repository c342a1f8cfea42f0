"""What changed between what we hold and what was seen, and what of it is to be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from tracker.domain.aliases import re_pointed
from tracker.domain.model import Move, Observation, Status
from tracker.domain.observe import Known, Seen
from tracker.domain.plausible import doubts, far

SLIP = 100  # by this much a price moves when a unit slips: that is never believed by waiting
STEADY = timedelta(days=7)  # a single held move that the page says so steadily for so long is believed
GONE_LOOKS, GONE_AFTER = 3, timedelta(hours=48)
WENT = "before it was confirmed"  # how the reason of a move ends that the next look took back
BY_A_PERSON = "by a person: "  # in the reason of a move that a person ruled on
CLAIMED = "only a catalogue says so: waits for the provider's own page or another witness"


@dataclass(slots=True)
class Changes:
    """What one look changes; everything in it is written in one transaction."""

    fresh: list[Observation] = field(default_factory=list)  # series that are new to us: no move
    opened: list[Move] = field(default_factory=list)  # provisional or held
    confirmed: list[Move] = field(default_factory=list)
    withdrawn: list[Move] = field(default_factory=list)
    missing: list[Known] = field(default_factory=list)  # not listed at this look
    back: list[Known] = field(default_factory=list)  # listed again
    extended: list[tuple[Known, Observation]] = field(default_factory=list)  # same price, other promotion
    gone: list[Known] = field(default_factory=list)  # not listed for so long that they are over
    claimed: list[tuple[Known, Observation]] = field(default_factory=list)  # a catalogue says otherwise now
    flapped: bool = False  # a move that waited for its second look was withdrawn by it


def step(
    known: Mapping[str, Known],
    pending: Mapping[str, Move],
    seen: Seen,
    *,
    source: str,
    at: datetime,
    last_well: datetime | None,
    confirm_after: timedelta,
    ruled_out: Mapping[str, tuple[Decimal, Decimal]] = MappingProxyType({}),
    provider: str = "",
) -> Changes:
    """The changes that one well look makes. `known` and `pending` are by series key, `at` is the look's time.

    A move is confirmed by a later look that sees the same price, `confirm_after` or more after the
    first; it is withdrawn when the price went back, went elsewhere or could not be seen at that look. A
    held move takes a person or a second source, or, where it stands alone and no unit can have slipped,
    STEADY. `ruled_out` are the moves (before, after) of which a person said that they did not happen.

    A line of another provider than `provider` (the source's own; empty: all are its own) is a catalogue's
    claim: what it says now is kept at once, and the move is held until a witness speaks for it.
    """
    changes = Changes()
    for key, observation in seen.prices.items():
        held = known.get(key)
        if held is None:
            changes.fresh.append(observation)
            continue
        if held.missing:
            changes.back.append(held)
        move = pending.get(key)
        if provider and observation.series.provider != provider:
            _claim(changes, held, move, _move(held, observation, source, at, last_well), observation)
            continue
        if move is not None and move.after == observation.price:
            if reason := _believed(move, at - move.recorded_at, confirm_after):
                changes.confirmed.append(replace(move, status=Status.confirmed, reason=reason))
            continue
        if move is not None:
            changes.withdrawn.append(_withdrawn(move, held, observation))
            changes.flapped |= move.status is Status.provisional
        if observation.price == held.price:
            if observation.promo_until != held.promo_until:
                changes.extended.append((held, observation))
        elif ruled_out.get(key) != (held.price, observation.price):
            changes.opened.append(_move(held, observation, source, at, last_well))
    for key, move in pending.items():
        if key not in seen.prices and move.status is Status.provisional:
            reason = "not to be seen at the second look"
            changes.withdrawn.append(replace(move, status=Status.withdrawn, reason=reason))
    swapped = re_pointed(changes.opened, known, seen)
    changes.opened = [
        replace(m, event="alias_swap") if m.series.key in swapped else m for m in changes.opened
    ]
    _hold_the_implausible(changes, known, seen)
    _note_the_missing(changes, known, pending, seen, at)
    return changes


def _claim(changes: Changes, held: Known, waiting: Move | None, move: Move, observation: Observation) -> None:
    if move.before == move.after:
        return
    if waiting is not None:
        changes.withdrawn.append(_withdrawn(waiting, held, observation))
    changes.claimed.append((held, observation))
    if waiting is None or observation.price != waiting.before:
        changes.opened.append(replace(move, status=Status.held, reason=CLAIMED))


def _believed(move: Move, age: timedelta, confirm_after: timedelta) -> str:
    """Why a move that a look sees again is believed; empty where it is not, or not yet."""
    if move.status is Status.provisional:
        return "confirmed by a second look" if age >= confirm_after else ""
    low, high = sorted((move.before, move.after))
    if age < STEADY or not low or high >= SLIP * low or move.reason != far(move):
        return ""
    return f"held ({move.reason}), then seen at every look of {age.days} days"


def _move(held: Known, seen: Observation, source: str, at: datetime, last_well: datetime | None) -> Move:
    return Move(
        series=held.series,
        before=held.price,
        after=seen.price,
        at=_effective(held, seen, at),
        recorded_at=at,
        not_before=last_well,
        event=event_of(held, seen),
        label=seen.label,
        model=seen.model,
        promo_until=seen.promo_until,
        source=source,
    )


def _withdrawn(move: Move, held: Known, seen: Observation) -> Move:
    went = "went back" if seen.price in (held.price, move.before) else f"became {seen.price}"
    return replace(move, status=Status.withdrawn, reason=f"{went} {WENT}")


def event_of(held: Known, seen: Observation) -> str:
    """What a move is, as far as the page itself says."""
    cut = seen.price < held.price
    if seen.promo_until and cut:
        return "promo"
    if held.promo_until and not seen.promo_until and not cut:
        return "end_of_promo"
    kind = "plan" if seen.series.meter == "seat_month" else "list"
    return f"{kind}_{'cut' if cut else 'rise'}"


def _effective(held: Known, seen: Observation, at: datetime) -> datetime:
    """The provider's day where the page states one, else the moment when we first saw it."""
    if not seen.effective_from:
        return at
    stated = datetime.fromisoformat(seen.effective_from).replace(tzinfo=UTC)
    # A day that lies before the price that it ends says since when something else holds.
    return min(stated, at) if stated > held.valid_from else at


def _hold_the_implausible(changes: Changes, known: Mapping[str, Known], seen: Seen) -> None:
    for i, reason in enumerate(doubts(changes.opened, known, seen)):
        if reason and changes.opened[i].status is not Status.held:
            changes.opened[i] = replace(changes.opened[i], status=Status.held, reason=reason)


def _note_the_missing(
    changes: Changes, known: Mapping[str, Known], pending: Mapping[str, Move], seen: Seen, at: datetime
) -> None:
    for key, held in known.items():
        if key in seen.prices or key in seen.unclear:
            continue
        since = held.missing_since or at
        if held.missing + 1 < GONE_LOOKS or at - since < GONE_AFTER:
            changes.missing.append(held)
            continue
        changes.gone.append(held)
        if key in pending and pending[key].status is Status.held:
            reason = "no longer listed"
            changes.withdrawn.append(replace(pending[key], status=Status.withdrawn, reason=reason))
