"""Which events are one: told by several sources, or parts of one announcement."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.domain.events import Event, EventRow, days_apart, is_same_model, is_same_price, is_same_step
from tracker.domain.facts import SOURCE
from tracker.domain.model import Status

SAME_STEP_DAYS = 45  # within this, two sources that tell the same step tell one


def tells(other: Event, event: Event, row: EventRow, standing: Iterable[Event]) -> bool:
    """Whether another event tells the step of `row` already.

    Not where one source tells both, each as a move of its own; nor where the price went back between them;
    nor where only catalogues call it something else than who saw it; the reviewed facts' word outweighs that.
    """
    if other.status is Status.withdrawn or days_apart(other, event) > SAME_STEP_DAYS:
        return False
    if other.kind is not event.kind and event.status is Status.confirmed and other.source != SOURCE:
        return False
    same = [told for told in other.rows if is_same_step(row, told)]
    if not same or any(t.source == row.source and t.move and row.move not in (0, t.move) for t in same):
        return False
    return not any(_goes_back(e, row) and _is_between(e, other, event) for e in standing)


def _goes_back(event: Event, row: EventRow) -> bool:
    return event.status is not Status.withdrawn and any(
        (r.before, r.after) == (row.after, row.before) and is_same_price(r, row) for r in event.rows
    )


def _is_between(event: Event, one: Event, other: Event) -> bool:
    first, last = sorted((one, other), key=lambda e: (e.lo, e.hi))
    return first.lo <= event.lo and event.hi <= last.hi and first.lo != last.lo


def is_of_one(other: Event, event: Event) -> bool:
    """Whether another event is of the same announcement: the same days, a model in common, and no price
    that takes one step here and another there."""
    if other.status is Status.withdrawn or days_apart(other, event):
        return False
    pairs = [(a, b) for a in other.rows for b in event.rows if is_same_model(a, b)]
    return bool(pairs) and not any(is_same_price(a, b) and not is_same_step(a, b) for a, b in pairs)
