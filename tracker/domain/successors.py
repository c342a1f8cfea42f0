"""A model that follows another in its line: cheaper or dearer on the blend of input and output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tracker.domain.events import Kind

Pair = tuple[Decimal | None, Decimal | None]  # the predecessor's price, the successor's


@dataclass(frozen=True, slots=True)
class Blend:
    """How many tokens go in for how many that come out, in a price that stands for both."""

    tokens_in: Decimal = Decimal(3)
    tokens_out: Decimal = Decimal(1)

    def of(self, price_in: Decimal, price_out: Decimal) -> Decimal:
        """One price per million tokens of both."""
        return (price_in * self.tokens_in + price_out * self.tokens_out) / (self.tokens_in + self.tokens_out)


def blended(prices: Mapping[str, Pair], blend: Blend) -> tuple[Decimal, Decimal] | None:
    """The blended price before and after; None unless input and output are stated on both sides."""
    before, after = [], []
    for component in ("input", "output"):
        old, new = prices.get(component, (None, None))
        if old is None or new is None:
            return None
        before.append(old)
        after.append(new)
    return blend.of(*before), blend.of(*after)


def succession(prices: Mapping[str, Pair], blend: Blend) -> Kind:
    """Whether a successor is cheaper or dearer: on the blend, or on what is stated where that is one only."""
    both = blended(prices, blend)
    if both is None:
        stated = [(old, new) for old, new in prices.values() if old is not None and new is not None]
        both = sum((o for o, _ in stated), Decimal(0)), sum((n for _, n in stated), Decimal(0))
    return Kind.successor_cheaper if both[1] < both[0] else Kind.successor_dearer
