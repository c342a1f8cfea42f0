"""What is said beside the moves of an alert: bills, an offer, the claim, the announcement, the chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.adapters.store import Connection
from tracker.domain import wording
from tracker.domain.model import Move
from tracker.domain.settings import Settings


@dataclass(frozen=True, slots=True)
class Context:
    """Lines that say what moves mean, and where they lead: (what it leads to, http address)."""

    notes: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


def context_of(connection: Connection, settings: Settings, moves: Sequence[Move], *, at: datetime) -> Context:
    """What to say beside moves of one announcement, as it is known at a moment.

    A few questions to the store, however many moves there are; no move, no words.
    """
    if not moves:
        return Context()
    return Context(links=_chart(settings, moves))


def _chart(settings: Settings, moves: Sequence[Move]) -> tuple[tuple[str, str], ...]:
    """The chart of the biggest move that is in the store."""
    drawn = max((m for m in moves if m.id), key=wording.size, default=None)
    return (("chart", f"{settings.base_url}/moves/{drawn.id}/chart.png"),) if drawn else ()
