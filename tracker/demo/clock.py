"""A clock that runs through days as fast as the daemon can follow, and no faster than it is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class FastClock:
    """It stands still while anything is under way, so that every run sees the same moments."""

    at: datetime
    end: datetime
    days_per_second: float
    on_end: Callable[[], None] = lambda: None
    _begun: float = field(default_factory=time.monotonic)
    _first: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._first = self.at

    def now(self) -> datetime:
        return self.at

    async def sleep_until(self, moment: datetime) -> None:
        self.at = max(self.at, moment)

    def idle(self, until: datetime | None) -> None:
        """Jump to what is due next; end where nothing is due before the end."""
        days = (time.monotonic() - self._begun) * self.days_per_second
        if until is None or until > self.end:
            self.at = self.end
            self.on_end()
        elif (until - self._first) / timedelta(days=1) <= days:
            self.at = max(self.at, until)
