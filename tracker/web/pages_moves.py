"""The pages of moves: all of them, narrowed by a plain form, and each with what stands behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from scrapers.meters import METERS
from tracker.adapters.store import charted, proofs, questions, status
from tracker.adapters.store import moves as store_moves
from tracker.adapters.store.filters import Filters
from tracker.domain import wording
from tracker.domain.events import Kind
from tracker.domain.model import Move, Status
from tracker.domain.move_chart import move_chart
from tracker.web import forms, words
from tracker.web.charts import figure
from tracker.web.pages import Asked, Route, Shown, not_there

ROWS = 100  # moves a page
FIELDS = ("provider", "model", "meter", "event", "status", "since", "until", "told", "source")
TOLD = {"all": "looks and bundled history"}
STATUSES = {status.value: status.value for status in Status}
EVENTS = {kind.value: kind.value.replace("_", " ") for kind in Kind}
_LAST = re.compile(r"([0-9T:.-]{10,31}Z)~([0-9]{1,9})")


def moves(asked: Asked) -> Shown:
    """Moves, however they stand, the newest on the provider's side first."""
    given = forms.given(asked, FIELDS, {"event": EVENTS, "status": STATUSES, "told": TOLD})
    before = _before(asked)
    found = whole(questions.find_moves(asked.connection, _filters(asked, given), ROWS + 1, before), ROWS)
    total = sum(status.moves_by_status(asked.connection).values()) if not any(given.values()) else 0
    last = found.shown[-1] if found.shown and found.goes_on else None
    mark = f"{last.at.isoformat().replace('+00:00', 'Z')}~{last.id}" if last else ""
    return "moves.html", {
        "moves": found.shown,
        "total": total,
        "given": given,
        "is_later": before is not None,
        "first": forms.address("/moves", given),
        "after": forms.address("/moves", given, before=mark) if mark else "",
        "meters": {meter: words.meter(meter) for meter in METERS},
        "statuses": STATUSES,
        "events": EVENTS,
        "told": TOLD,
    }


class Whole:
    """So many moves as are shown, and whether others follow."""

    def __init__(self, shown: list[Move], goes_on: bool) -> None:
        self.shown, self.goes_on = shown, goes_on


def whole(found: Sequence[Move], most: int) -> Whole:
    """At most so many of one more: the last model of them is there with all that moved, or not at all."""
    if len(found) <= most:
        return Whole(list(found), False)
    end = most
    while end and _same(found[end - 1], found[end]):
        end -= 1
    return Whole(list(found[: end or most]), True)


def _same(one: Move, other: Move) -> bool:
    seen = (one.source, one.at, one.recorded_at) == (other.source, other.at, other.recorded_at)
    return seen and wording.model_name(one) == wording.model_name(other)


def _filters(asked: Asked, given: dict[str, str]) -> Filters:
    return Filters(
        provider=given["provider"],
        model=given["model"],
        meter=given["meter"],
        source=given["source"],
        event=given["event"],
        status=given["status"],
        documented=bool(given["told"]),
        since=forms.day(asked, "since"),
        until=forms.day(asked, "until", end=True),
    )


def _before(asked: Asked) -> tuple[datetime, int] | None:
    """The last move of the page before."""
    said = _LAST.fullmatch(asked.query.get("before", ""))
    if said is None:
        return None
    try:
        at = datetime.fromisoformat(said[1])
    except ValueError:
        return None
    return at, int(said[2])


def move(asked: Asked) -> Shown:
    """One move, and what stands behind it."""
    found = store_moves.steps_of(asked.connection, [asked.id()])
    if not found:
        raise not_there("There is no move of that number.")
    return "move.html", {
        "move": found[0],
        "settled_at": store_moves.settled_at(asked.connection, [found[0].id])[found[0].id],
        "meanings": proofs.meanings(asked.connection, found[0].id),
        "alerts": proofs.told(asked.connection, found[0].id),
        "beside": proofs.beside(asked.connection, found[0]),
        "chart": _chart(asked, found[0].id),
    }


def _chart(asked: Asked, id: int) -> Markup:
    """The prices of its model, with the move marked: the same chart as in an alert."""
    found = charted.of_move(asked.connection, id, asked.now)
    if found is None:
        return Markup()
    return figure(
        lambda theme, width: move_chart(found.moves, found.spans, until=asked.now, theme=theme, width=width),
        "move-chart",
    )


ROUTES = (Route("/moves", moves, "Moves"), Route("/moves/{id}", move, under="/moves"))
