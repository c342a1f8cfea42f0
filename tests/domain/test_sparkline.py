"""A course in blocks: as many as asked for, as high as what holds, nothing where nothing is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.sparkline import BLOCKS, UNKNOWN, sparkline

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=120)
PRICES = st.none() | st.floats(0, 1e6)


def steps(values: list[tuple[int, float | None]]) -> list[tuple[datetime, float | None]]:
    return [(SINCE + timedelta(days=day), value) for day, value in sorted(values, key=lambda v: v[0])]


@given(st.lists(st.tuples(st.integers(-30, 119), PRICES)), st.integers(1, 40))
def test_a_course_has_its_cells_and_ends_in_what_holds(
    values: list[tuple[int, float | None]], cells: int
) -> None:
    course = steps(values)
    drawn = sparkline(course, SINCE, UNTIL, cells)
    assert len(drawn) == cells and set(drawn) <= {*BLOCKS, UNKNOWN}
    held = course[-1][1] if course else None
    assert (drawn[-1] == UNKNOWN) is (held is None)
    if held and held == max(v for _, v in course if v is not None):
        assert drawn[-1] == BLOCKS[-1]


def test_half_the_price_is_half_as_high_and_a_gap_is_a_gap() -> None:
    assert sparkline(steps([(0, 10), (60, 5)]), SINCE, UNTIL, 4) == "█▄▄▄"
    assert sparkline(steps([(0, 10), (61, 5)]), SINCE, UNTIL, 4) == "██▄▄"
    assert sparkline(steps([(30, 2), (60, None), (90, 0.01)]), SINCE, UNTIL, 4) == "█ ▁▁"
    assert sparkline(steps([(0, 0)]), SINCE, UNTIL, 4) == "▁▁▁▁"
    assert sparkline([], SINCE, UNTIL, 4) == "    "
