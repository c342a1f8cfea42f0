"""What moves mean: one event a kind of an announcement, with the days between which it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tracker.domain.model import Series, Status


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

    @property
    def key(self) -> str:
        """What makes it the same event when it is recorded again."""
        return f"{self.source}|{self.announcement}|{self.kind.value}"


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
