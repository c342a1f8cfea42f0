"""What moves mean: one event a kind of an announcement, with the days between which it happened."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tracker.domain.model import Move, Series, Status

_WORDS = re.compile(r"[a-z]+|\d+")


PERSON = "person"  # who rules on an event by hand: no rule takes that back


class Kind(StrEnum):
    """What an event is."""

    list_cut = "list_cut"
    list_rise = "list_rise"
    promo = "promo"
    end_of_promo = "end_of_promo"
    alias_swap = "alias_swap"
    correction = "correction"
    new = "new"
    gone = "gone"
    plan_cut = "plan_cut"
    plan_rise = "plan_rise"
    successor_cheaper = "successor_cheaper"
    successor_dearer = "successor_dearer"


@dataclass(frozen=True, slots=True)
class EventRow:
    """One price of an event. `before` is the same price until then, or that of the predecessor named."""

    series: Series
    before: Decimal | None
    after: Decimal | None  # None: it is gone
    model: str = ""  # as printed
    predecessor: str = ""
    source: str = ""
    label: str = ""  # the text or the reference that it was read from
    move: int = 0
    snapshot: int = 0

    @property
    def pct(self) -> Decimal | None:
        """Change in per cent of `before`, unrounded; None where there is nothing to compare."""
        if not self.before or self.after is None:
            return None
        return (self.after - self.before) / self.before * 100


@dataclass(frozen=True, slots=True)
class Event:
    """What some moves of one provider mean. It happened in [lo, hi]; `day` is the best guess.

    Events of one `announcement` (n rows, one provider, one day) are counted once. `status` is `confirmed`,
    `provisional` (the rules cannot decide) or `withdrawn`, as ruled last.
    """

    kind: Kind
    provider: str
    lo: date
    day: date
    hi: date
    announcement: str
    rows: tuple[EventRow, ...]
    source: str
    recorded_at: datetime
    status: Status = Status.confirmed
    why: str = ""
    id: int = 0
    recorded_key: str = ""
    ruled_by: str = ""  # who said last what it is: PERSON, or the rule

    @property
    def key(self) -> str:
        """What makes it the same event when it is recorded again."""
        return self.recorded_key or f"{self.source}|{self.announcement}|{self.kind.value}|{self.lo}"


_COMPONENTS = {
    "seat_month": "plan_month",
    "input_audio_mtok": "audio_input",
    "output_audio_mtok": "audio_output",
}


def component_of(series: Series) -> str:
    """A meter as it is named in facts and claims: "input", "cache_read", "input_gt200k", "plan_month"."""
    name = _COMPONENTS.get(series.meter) or series.meter.removesuffix("_mtok")
    if series.terms.context.startswith(">"):
        name += f"_gt{series.terms.context[1:].lower()}"
    return name


def of_moves(moves: Iterable[Move], recorded_at: datetime) -> list[Event]:
    """Confirmed moves as events: one a provider, day and kind.

    A move took effect on the day that the page states, else between the last look that saw the price before
    and the first that saw the one after.
    """
    found: dict[tuple[str, str, date, date], list[Move]] = defaultdict(list)
    for move in moves:
        found[move.series.provider, move.event, _lo(move), move.at.date()].append(move)
    return [
        Event(
            Kind(kind),
            provider,
            lo,
            hi,
            hi,
            f"{hi.isoformat()}:{provider}",
            tuple(map(_row, own)),
            own[0].source,
            recorded_at,
            why=own[0].reason,
        )
        for (provider, kind, lo, hi), own in found.items()
    ]


def _lo(move: Move) -> date:
    seen = move.not_before
    return min(seen, move.at).date() if seen is not None and move.at >= move.recorded_at else move.at.date()


def _row(move: Move) -> EventRow:
    return EventRow(
        move.series,
        move.before,
        move.after,
        model=move.model or move.series.model,
        source=move.source,
        label=move.label,
        move=move.id,
        snapshot=move.snapshot,
    )


def name_key(model: str) -> tuple[str, ...]:
    """A model's name by its words in any order and its numbers: "Claude Haiku 4.5" is "claude-4-5-haiku"."""
    parts = _WORDS.findall(model.casefold())
    return (*sorted(p for p in parts if not p.isdigit()), *(p for p in parts if p.isdigit()))


def is_same_step(one: EventRow, other: EventRow) -> bool:
    """Whether two rows tell the same step of the same price."""
    return step_key(one) == step_key(other)


def step_key(row: EventRow) -> tuple[object, ...]:
    """What makes it the same step of the same price, however a source spells its model."""
    s = row.series
    return row.before, row.after, s.provider, name_key(s.model), s.meter, s.terms, s.currency


def is_same_price(one: EventRow, other: EventRow) -> bool:
    """Whether two rows are about one price: the same model, meter and terms."""
    a, b = one.series, other.series
    same = (a.provider, a.meter, a.terms, a.currency) == (b.provider, b.meter, b.terms, b.currency)
    return same and is_same_model(one, other)


def is_same_model(one: EventRow, other: EventRow) -> bool:
    """Whether two rows are about one model, each as its source spells it."""
    return name_key(one.series.model) == name_key(other.series.model)


def days_apart(one: Event, other: Event) -> int:
    """How far two events are apart at least; 0 where their days overlap."""
    return max((one.lo - other.hi).days, (other.lo - one.hi).days, 0)
