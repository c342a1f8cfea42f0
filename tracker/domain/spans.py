"""Prices, each for as long as it held: what a backfill brings, and what indexes and verdicts are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tracker.domain.model import Basis, Series

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
