"""What the prices of a market say about a prediction, at each of its horizons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.domain.market_tests import MarketTest as MarketTest
from tracker.domain.market_tests import Needs as Needs
from tracker.domain.market_tests import needs as needs
from tracker.domain.spans import Span


@dataclass(frozen=True, slots=True)
class MarketResult:
    """The state at each horizon, and what it rests on."""

    rollup: dict[str, str]
    first: date | None
    numbers: dict[str, Any]
    uncovered: tuple[str, ...]
    evidence: tuple[Span, ...]


def evaluate(
    test: Any,
    spans: Sequence[Span],
    *,
    t0: date,
    horizons: Mapping[str, int | None],
    as_of: date,
    hedged: bool,
) -> MarketResult:
    """A test as of a day."""
    return MarketResult({name: "pending" for name in horizons}, None, {}, (), ())
