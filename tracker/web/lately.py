"""Who cut and who raised list prices lately, and where the index went meanwhile: for the first page."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tracker.adapters.store import Connection, events
from tracker.domain import wording
from tracker.domain.announcements import SAME_STEP_DAYS
from tracker.domain.events import Event, EventRow, Kind, days_apart, step_key
from tracker.domain.model import Status
from tracker.web import in_a_sentence, pages_events
from tracker.web.in_a_sentence import LATELY
from tracker.web.reckoned import reckoned

MOST_PRICES = 3  # of a provider
CUTS, RISES = (Kind.list_cut, Kind.plan_cut), (Kind.list_rise, Kind.plan_rise)


class Mover(NamedTuple):
    """A provider that moved its prices, with the latest prices that did, and the index of its models."""

    id: str
    name: str
    prices: list[dict[str, Any]]
    more: int
    pct: float | None = None


class Lately(NamedTuple):
    """The cuts and rises of so many days, by provider, the latest first; `levels` of all makers."""

    days: int
    cuts: list[Mover]
    rises: list[Mover]
    levels: list[in_a_sentence.Level]


def lately(connection: Connection, now: datetime, recorded: Hashable) -> Lately:
    """What confirmed events of the last days say: no correction, promotion, re-pointed name or new model.

    Found anew when something was `recorded`, and each day; the index, which may take longer, by itself.
    """
    found = reckoned(connection, ("lately", now.date()), lambda c: _found(c, now), recorded)
    moved = in_a_sentence.moved(connection, now, recorded)
    return found._replace(
        cuts=[one._replace(pct=moved.makers.get(one.id)) for one in found.cuts],
        rises=[one._replace(pct=moved.makers.get(one.id)) for one in found.rises],
        levels=moved.levels,
    )


def _found(connection: Connection, now: datetime) -> Lately:
    """Without the index."""
    since, today = (now - timedelta(days=LATELY)).date(), now.date()
    kinds = [kind.value for kind in (*CUTS, *RISES)]
    found = events.find(connection, None, kinds=kinds, since=since, until=today)
    own = [e for e in found if e.status is Status.confirmed and since <= e.day <= today]
    return Lately(
        LATELY,
        _movers(e for e in own if e.kind in CUTS),
        _movers(e for e in own if e.kind in RISES),
        [],
    )


def _movers(own: Iterable[Event]) -> list[Mover]:
    by_provider: dict[str, list[dict[str, Any]]] = {}
    for event, row in _each_once(sorted(own, key=lambda e: (e.day, e.id), reverse=True)):
        by_provider.setdefault(event.provider, []).append(_price(event, row))
    return [
        Mover(id, wording.provider_name(id), prices[:MOST_PRICES], max(0, len(prices) - MOST_PRICES))
        for id, prices in by_provider.items()
    ]


def _each_once(own: Iterable[Event]) -> Iterator[tuple[Event, EventRow]]:
    """The prices that moved; a step that several sources or events tell, once."""
    told: dict[object, list[Event]] = {}
    for event in own:
        for row in event.rows:
            of_it = told.setdefault(step_key(row), [])
            if row.pct and not any(days_apart(event, other) <= SAME_STEP_DAYS for other in of_it):
                of_it.append(event)
                yield event, row


def _price(event: Event, row: EventRow) -> dict[str, Any]:
    return pages_events.price(row, event.id) | {"day": event.day, "event": event.id}
