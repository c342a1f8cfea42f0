"""The two clocks of a page: what held by the end of a day, as it was recorded by the end of another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.domain.days import end_of
from tracker.web import forms
from tracker.web.pages import Asked

CLOCKS = ("as_of", "known_at")


@dataclass(frozen=True, slots=True)
class AsOf:
    """`given` is what was filled in; both moments lie in the past."""

    day: date
    known_at: datetime
    now: datetime
    given: dict[str, str]

    @property
    def until(self) -> datetime:
        """The last moment of the day, or now."""
        return min(end_of(self.day), self.now)

    @property
    def is_now(self) -> bool:
        return not any(self.given.values())

    @property
    def key(self) -> tuple[object, ...]:
        """What of them an answer depends on; that time goes on is not among it."""
        return self.day, self.given["known_at"]

    def shown(self) -> dict[str, Any]:
        """What the templates print of it."""
        return {"clocks": self, "given": self.given}


def as_of(asked: Asked) -> AsOf:
    """What a page is asked for; raises Refused where a day is none."""
    day = forms.day(asked, "as_of", end=True) or asked.now
    known_at = forms.day(asked, "known_at", end=True) or asked.now
    given = {name: forms.text(asked, name) for name in CLOCKS}
    return AsOf(min(day, asked.now).date(), min(known_at, asked.now), asked.now, given)
