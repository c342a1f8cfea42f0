"""A course of values as a few blocks of text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

BLOCKS = "▁▂▃▄▅▆▇█"
UNKNOWN = " "
CELLS = 12  # a month each, where the course is a year's
YEAR = timedelta(days=365)

Steps = Sequence[tuple[datetime, float | None]]  # a value from each moment on; None where none is known


def sparkline(steps: Steps, since: datetime, until: datetime, cells: int = CELLS) -> str:
    """One block a part of the time, as high as the value at that part's end; measured from zero.

    Measured so, half of a price is half as high; the lowest block stands for little as well as for nothing.
    """
    length = (until - since) / cells
    held = [_at(steps, since + length * (place + 1)) for place in range(cells - 1)] + [_at(steps, until)]
    most = max((value for value in held if value is not None), default=0.0)
    return "".join(UNKNOWN if value is None else _block(value, most) for value in held)


def _at(steps: Steps, moment: datetime) -> float | None:
    value = None
    for begins, held in steps:
        if begins > moment:
            break
        value = held
    return value


def _block(value: float, most: float) -> str:
    place = round(value / most * len(BLOCKS)) - 1 if most > 0 else 0
    return BLOCKS[min(max(place, 0), len(BLOCKS) - 1)]
