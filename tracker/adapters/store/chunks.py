"""Long lists a part at a time: databases take only so many values in one question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
USUAL = 500  # values of one question


def chunks(values: Sequence[T], size: int = USUAL) -> Iterator[Sequence[T]]:
    """The values in their order, so many at a time; none of no values."""
    return (values[i : i + size] for i in range(0, len(values), size))
