"""Digests at a time of day and quiet hours, where the clock on the wall is the user's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))  # Monday is 0
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Daily:
    """A time of day in a zone, on some weekdays."""

    at: time
    zone: str = "UTC"
    days: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of day to another, past midnight where that is not later; they begin on these days."""

    since: time
    until: time
    zone: str = "UTC"
    days: frozenset[int] = EVERY_DAY


def next_time(daily: Daily, after: datetime) -> datetime:
    """The first moment after `after`: once a local day, also where a clock change skips it or repeats it.

    A time that is skipped is its day's first moment after the gap; of two the first. A day that a place
    leaves out as a whole has none.
    """
    for day in _days(after, daily.zone, -1):
        at = _moment(day, daily.at, daily.zone)
        there = at.astimezone(ZoneInfo(daily.zone)).date() == day
        if day.weekday() in daily.days and there and at > after:
            return at
    raise AssertionError("a week has every weekday")


def quiet_until(quiet: Sequence[Hours], at: datetime) -> datetime | None:
    """When the quiet hours that `at` lies in end, those included that begin before they do; else None.

    Of an end that comes twice the second; where there is no end, some day after a week.
    """
    end = at
    while later := max((e for hours in quiet if (e := _end(hours, end))), default=None):
        end = later
        if end - at > timedelta(days=8):  # quiet without an end
            break
    return end if end > at else None


def _end(hours: Hours, at: datetime) -> datetime | None:
    for day in _days(at, hours.zone, -2):
        begin = _moment(day, hours.since, hours.zone)
        if begin > at:
            return None
        last = day + _DAY if hours.until <= hours.since else day
        end = _moment(last, hours.until, hours.zone, fold=1)
        if day.weekday() in hours.days and begin <= at < end:
            return end
    return None


def due(digest: Daily | None, quiet: Sequence[Hours], at: datetime) -> datetime:
    """When something that happens at `at` is told."""
    told = next_time(digest, at) if digest else at
    return quiet_until(quiet, told) or told


def _days(around: datetime, zone: str, first: int) -> Iterator[date]:
    """Local days, from `first` days beside that of a moment on."""
    day = around.astimezone(ZoneInfo(zone)).date() + first * _DAY
    for _ in range(12):
        yield day
        day += _DAY


def _moment(day: date, at: time, zone: str, fold: int = 0) -> datetime:
    """When a clock shows `at` that day; the second time with `fold`, and after a gap where it never does."""
    local = datetime.combine(day, at, ZoneInfo(zone)).replace(fold=fold)
    moment = local.astimezone(UTC)
    skipped = moment.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None)
    if not skipped:
        return moment
    # Of a skipped time both readings are off, one to either side, and the end of the gap lies between.
    early, late = sorted(local.replace(fold=f).astimezone(UTC) for f in (0, 1))
    offset = early.astimezone(local.tzinfo).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(local.tzinfo).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
