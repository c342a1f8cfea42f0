"""Days in UTC as moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

END_OF_TIME = datetime.max.replace(tzinfo=UTC)  # as known whenever


def start_of(day: date) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """The last instant of a day."""
    return start_of(day) + timedelta(days=1, microseconds=-1)
