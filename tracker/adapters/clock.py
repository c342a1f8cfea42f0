"""The time, and waiting for it: the system's clock, or one that runs faster (the demo's)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What a job needs of time."""

    def now(self) -> datetime: ...

    async def sleep_until(self, moment: datetime) -> None: ...

    def idle(self, until: datetime | None) -> None:
        """Nothing is under way until then: a clock that can jump may jump."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, moment: datetime) -> None:
        await asyncio.sleep(max(0.0, (moment - self.now()) / timedelta(seconds=1)))

    def idle(self, until: datetime | None) -> None:
        """The machine's clock goes on by itself."""
