"""Days and moments as people write them."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, date, datetime, time, timedelta


class NotAMoment(ValueError):
    """Words that are no day and no moment; the error says how one is written."""


def moment(words: str, now: datetime, *, end: bool = False) -> datetime | None:
    """A day, a moment with or without a zone (UTC), "now", or "30d" ago; of a day its start or its end.

    None where nothing is said. Raises NotAMoment.
    """
    if not words:
        return None
    if words == "now":
        return now
    if ago := re.fullmatch(r"(\d{1,5})([dhm])", words):
        unit = {"d": "days", "h": "hours", "m": "minutes"}[ago[2]]
        return now - timedelta(**{unit: int(ago[1])})
    with contextlib.suppress(ValueError):
        return datetime.combine(date.fromisoformat(words), time.max if end else time.min, UTC)
    try:
        found = datetime.fromisoformat(words)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as e:
        raise NotAMoment(f"{words!r} is no day or moment; write 2026-08-21, 2026-08-21T14:00Z or 30d") from e


def shown(known: datetime) -> str:
    """A day where a day was given, else the moment."""
    whole_day = (known.hour, known.minute, known.second) == (23, 59, 59)
    return known.date().isoformat() if whole_day else known.strftime("%Y-%m-%dT%H:%M:%SZ")
