"""What present readers say of kept pages, against what was recorded from them: corrections, never moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from scrapers.page import ReadError, Reading
from tracker.domain.model import Move, Observation, Series, Status
from tracker.domain.observe import Seen, observe

FEW_PAGES = 4  # whose prices are held at one time


@dataclass(frozen=True, slots=True)
class Recorded:
    """A price row of a source as it stands, and the snapshot that it was read from."""

    id: int
    series: Series
    price: Decimal
    valid_from: datetime
    valid_to: datetime | None
    recorded_at: datetime
    snapshot: int


@dataclass(frozen=True, slots=True)
class Reread:
    """A kept page, and what present readers say of it."""

    snapshot: int
    at: datetime
    reading: Reading


@dataclass(frozen=True, slots=True)
class Correction:
    """A price row that is not what its page says.

    `before` is None where a row was missing, `stated` where the page says no such thing.
    """

    series: Series
    before: Recorded | None
    stated: Observation | None
    valid_from: datetime
    valid_to: datetime | None
    snapshot: int


@dataclass(frozen=True, slots=True)
class Retraction:
    """A move that the corrected prices do not show.

    `before` and `after` are what they show in its place; equal or None where they show no move.
    """

    move: Move
    before: Decimal | None
    after: Decimal | None


def corrections(rows: Sequence[Recorded], pages: Sequence[Reread], provider: str) -> list[Correction]:
    """What to change so that every row says what present readers read in its own page.

    A row whose page cannot be read any more, or whose cell is refused now, stays. What no row holds of a
    series is added for as long as the pages, oldest first, said so.
    """
    seen = _Seen({page.snapshot: page for page in pages}, provider)
    by_page = sorted(rows, key=lambda r: (r.snapshot, r.recorded_at))
    found = [c for row in by_page if (c := _corrected(row, seen)) is not None]
    withdrawn = {c.before.id for c in found if c.before and c.stated is None}
    first: dict[str, Recorded] = {}
    for row in sorted(rows, key=lambda r: r.valid_from, reverse=True):
        if row.id not in withdrawn:
            first[row.series.key] = row
    corrected = {c.before.id for c in found if c.before}
    return [*found, *_missing(first, corrected, pages, provider)]


class _Seen:
    """What was in force by a page on a day, worked out once while rows of that page are asked for."""

    def __init__(self, pages: Mapping[int, Reread], provider: str) -> None:
        self._pages, self._provider = pages, provider
        self._on = lru_cache(maxsize=FEW_PAGES)(self._work_out)  # all would be more than fits

    def by(self, row: Recorded) -> list[Seen]:
        """By the row's page, on the day of the page and on the day when the row was written."""
        page = self._pages.get(row.snapshot)
        days = sorted({page.at.date(), row.recorded_at.date()}) if page else []
        found = [self._on(row.snapshot, day) for day in days]
        return [seen for seen in found if seen is not None]

    def _work_out(self, snapshot: int, day: date) -> Seen | None:
        return _observed(self._pages[snapshot], day, self._provider)


def _observed(page: Reread, today: date, provider: str) -> Seen | None:
    try:
        return observe(page.reading, provider, today, {})
    except ReadError:
        return None


def _corrected(row: Recorded, seen: _Seen) -> Correction | None:
    said = seen.by(row)
    prices = [s.prices[row.series.key] for s in said if row.series.key in s.prices]
    if not said or any(o.price == row.price for o in prices):
        return None
    if not prices and any(_is_refused(row.series, s) for s in said):
        return None
    now = prices[0] if prices else None
    return Correction(row.series, row, now, row.valid_from, row.valid_to, row.snapshot)


def _is_refused(series: Series, seen: Seen) -> bool:
    return any(series.model in f"{r.label} {r.reason}".casefold() for r in seen.refused)


def _missing(
    first: Mapping[str, Recorded], corrected: set[int], pages: Sequence[Reread], provider: str
) -> Iterator[Correction]:
    """What pages say before the first row of a series begins, or of a series that no row holds.

    A row that goes on with what the pages before it say begins earlier instead.
    """
    looks = [
        (page, {key: o for key, o in seen.prices.items() if _is_before(page, first.get(key))})
        for page in pages
        if (seen := _observed(page, page.at.date(), provider)) is not None
    ]
    for key in dict.fromkeys(key for _, news in looks for key in news):
        row = first.get(key)
        said = [(page, news.get(key)) for page, news in looks if _is_before(page, row)]
        for start, now, until in _runs(said):
            end = until or (row.valid_from if row else None)
            if row and not until and now.price == row.price and row.id not in corrected:
                yield Correction(row.series, row, now, start.at, row.valid_to, start.snapshot)
            else:
                yield Correction(now.series, None, now, start.at, end, start.snapshot)


def _is_before(page: Reread, row: Recorded | None) -> bool:
    return row is None or page.at < row.valid_from


def _runs(
    said: Sequence[tuple[Reread, Observation | None]],
) -> Iterator[tuple[Reread, Observation, datetime | None]]:
    """(first page, what it says, when another page said otherwise) for pages in a row that say one price.

    One page between two that agree is a page that flapped, and ends nothing.
    """
    start: Reread | None = None
    last: Observation | None = None
    for at, (page, now) in enumerate(said):
        after = said[at + 1][1] if at + 1 < len(said) else None
        if _same(now, last) or (last is not None and after is not None and _same(after, last)):
            continue
        if start is not None and last is not None:
            yield start, last, page.at
        start, last = page, now
    if start is not None and last is not None:
        yield start, last, None


def _same(one: Observation | None, other: Observation | None) -> bool:
    return (one.price if one else None) == (other.price if other else None)


def retractions(moves: Sequence[Move], found: Sequence[Correction]) -> list[Retraction]:
    """The moves whose price before or after was corrected, with what the corrected prices show.

    Of a move that waits only the price before has a row; the next look says what becomes of it.
    """
    return [
        Retraction(move, before, after)
        for move in moves
        for before, after in [(_before(move, found), _after(move, found))]
        if (before, after) != (move.before, move.after)
    ]


def _before(move: Move, found: Sequence[Correction]) -> Decimal | None:
    ends = move.at if move.status is Status.confirmed else None
    return next((_price(c) for c in _of(move, found) if c.valid_to == ends), move.before)


def _after(move: Move, found: Sequence[Correction]) -> Decimal | None:
    begins = move.at if move.status is Status.confirmed else None
    return next((_price(c) for c in _of(move, found) if c.valid_from == begins), move.after)


def _of(move: Move, found: Sequence[Correction]) -> list[Correction]:
    return [c for c in found if c.before and c.series.key == move.series.key]


def _price(c: Correction) -> Decimal | None:
    return c.stated.price if c.stated else None
