"""Prices, each for as long as it held: what a backfill brings, and what indexes and verdicts are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from tracker.domain.model import Basis, Move, Observation, Series, Status
from tracker.domain.moves import event_of
from tracker.domain.observe import Known

BEST_FIRST = (Basis.observed, Basis.documented, Basis.catalogue)
# The kinds of what stands in the store as a source of prices and is no page to look at.
NEVER_LOOKED_AT = frozenset({"facts", "histories", "archives"})


@dataclass(frozen=True, slots=True)
class Span:
    """One price of a series from `valid_from` until `valid_to` (None: no end is known), never overlapping."""

    series: Series
    price: Decimal
    valid_from: datetime
    valid_to: datetime | None = None
    model: str = ""  # as printed
    label: str = ""  # the text or the reference that it was read from
    promo_until: str = ""  # the last day of a promotion
    snapshot: int | None = None
    last_seen: datetime | None = None  # when it was seen for the last time, where it was seen and not dated
    source: str = ""
    basis: Basis = Basis.documented
    recorded_at: datetime | None = field(default=None, compare=False)  # in the store
    # Of what was read from captures of a page: when it was seen first, in how many, and what is odd about it.
    first_seen: datetime | None = field(default=None, compare=False)
    seen: int = field(default=0, compare=False)
    doubt: str = field(default="", compare=False)
    event: str = field(default="", compare=False)  # what the move to it is, where its figures do not say so
    seen_again: int = field(default=0, compare=False)  # the snapshot of the second capture
    row: int = field(default=0, compare=False)  # its number in the store

    def holds(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


def price_at(spans: Iterable[Span], at: datetime) -> Span | None:
    """What one series cost at a moment: the best basis first, then what was recorded last."""
    holding = [s for s in spans if s.holds(at)]
    recorded = [s.recorded_at.timestamp() if s.recorded_at else 0.0 for s in holding]
    by_rank = zip((-BEST_FIRST.index(s.basis) for s in holding), recorded, range(len(holding)), strict=True)
    best = max(by_rank, default=None)
    return holding[best[2]] if best else None


def moves_of(spans: Iterable[Span], source: str) -> list[Move]:
    """Where a price of a source followed another of the same series, in the order of the days.

    It took effect at `valid_from` of the later one, and not before the earlier one was last seen. What was
    seen in two captures and is not in doubt is confirmed, everything else provisional. `recorded_at` is when
    the later price was first seen, by whoever saw it.
    """
    by_series: dict[Series, list[Span]] = {}
    for span in spans:
        by_series.setdefault(span.series, []).append(span)
    found = [
        _move(one, other, source)
        for own in by_series.values()
        for one, other in pairwise(sorted(own, key=lambda s: s.valid_from))
        if one.price != other.price
    ]
    return sorted(found, key=lambda m: (m.at, m.series.key))


def _move(before: Span, after: Span, source: str) -> Move:
    held = Known(0, before.series, before.price, before.valid_from, before.promo_until)
    seen = Observation(after.series, after.price, after.label, after.model, after.promo_until)
    in_doubt = after.doubt or after.seen < 2
    many = f"seen in {after.seen} captures" if after.seen > 1 else "seen in one capture only"
    return Move(
        series=after.series,
        before=before.price,
        after=after.price,
        at=after.valid_from,
        recorded_at=after.first_seen or after.valid_from,
        not_before=before.last_seen,
        status=Status.provisional if in_doubt else Status.confirmed,
        reason=after.doubt or (many if after.seen else ""),
        event=after.event or event_of(held, seen),
        model=after.model,
        label=after.label,
        promo_until=after.promo_until,
        source=source,
        snapshot=after.snapshot or 0,
        confirmed_by=after.seen_again,
    )
