"""The pages of events: what moves mean, and each with the moves and pages behind it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from tracker.adapters.store import event_pages, events
from tracker.adapters.store.filters import Filters
from tracker.ask.events import STATUSES
from tracker.domain import wording
from tracker.domain.events import Event, EventRow
from tracker.web import forms, words
from tracker.web.pages import Asked, Route, Shown, not_there
from tracker.web.pages_moves import EVENTS

ROWS = 50  # events a page
FIELDS = ("provider", "model", "event", "status", "since", "until", "source")
STANDINGS = {status.value: status.value for status in STATUSES}
ROWS_OF_AN_EVENT = 4  # in a list; its own page has them all
_LAST = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})~([0-9]{1,9})")


def listed(asked: Asked) -> Shown:
    """Events, however they stand, the newest first."""
    given = forms.given(asked, FIELDS, {"event": EVENTS, "status": STANDINGS})
    filters = Filters(
        provider=given["provider"],
        model=given["model"],
        source=given["source"],
        event=given["event"],
        status=given["status"],
        since=forms.day(asked, "since"),
        until=forms.day(asked, "until", end=True),
    )
    before = _before(asked)
    found = event_pages.newest(asked.connection, filters, ROWS + 1, before)
    shown, last = found[:ROWS], found[ROWS - 1] if len(found) > ROWS else None
    return "events.html", {
        "events": [told(e) for e in shown],
        "given": given,
        "is_later": before is not None,
        "first": forms.address("/events", given),
        "after": forms.address("/events", given, before=f"{last.day}~{last.id}") if last else "",
        "kinds": EVENTS,
        "statuses": STANDINGS,
    }


def _before(asked: Asked) -> tuple[str, int] | None:
    """The last event of the page before."""
    said = _LAST.fullmatch(asked.query.get("before", ""))
    return (said[1], int(said[2])) if said else None


def event(asked: Asked) -> Shown:
    """One event: its days, how it stands, and each of its prices with the evidence."""
    found = events.find(asked.connection, None, ids=[asked.id()])
    if not found:
        raise not_there("There is no event of that number.")
    one = found[0]
    return "event.html", told(one, len(one.rows)) | {
        "announcement": wording.harmless(one.announcement, 200),
        "recorded_at": one.recorded_at,
        "source": one.source,
        "why": wording.harmless(one.why, 500),
        "prices": [price(row) | _read(row) for row in one.rows],
        "rulings": event_pages.rulings_on(asked.connection, one.id),
        "beside": [told(e) for e in event_pages.beside(asked.connection, one)],
    }


def told(event: Event, most: int = ROWS_OF_AN_EVENT) -> dict[str, Any]:
    """An event as a list tells it: at most so many of its prices."""
    return {
        "id": event.id,
        "day": event.day,
        "between": "" if event.lo == event.hi else _between(event.lo, event.hi),
        "kind": event.kind.value.replace("_", " "),
        "provider": wording.provider_name(event.provider),
        "provider_id": event.provider,
        "status": event.status.value,
        "rows": [price(row, event.id) for row in event.rows[:most]],
        "more": max(0, len(event.rows) - most),
    }


def _between(lo: date, hi: date) -> str:
    return f"between {lo} and {hi}"


def price(row: EventRow, event: int = 0) -> dict[str, Any]:
    """One price of an event and its evidence: without a look, the event, which says what it was read from."""
    currency = row.series.currency
    amounts = [wording.money(a, currency) for a in (row.before, row.after) if a is not None]
    shown = f"/snapshots/{row.snapshot}/shown" if row.snapshot else ""
    said = f"/events/{event}" if event else words.model_address(row)
    return {
        "model": wording.harmless(row.model or row.series.model),
        "meter": wording.meter_words(row.series.meter),
        "terms": wording.terms_words(row.series.terms),
        "price": " → ".join(amounts),
        "pct": wording.percent(row.before, row.after) if row.before and row.after and row.pct else "",
        "is_cut": bool(row.pct and row.pct < 0),
        "proof": f"/moves/{row.move}" if row.move else shown or said,
        "address": words.model_address(row),
    }


def _read(row: EventRow) -> dict[str, Any]:
    """What a price was read from."""
    marked = f"?move={row.move}" if row.move else ""
    return {
        "predecessor": wording.harmless(row.predecessor),
        "move": row.move,
        "kept": f"/snapshots/{row.snapshot}/shown{marked}" if row.snapshot else "",
        "source": row.source,
        "label": wording.harmless(row.label, 300),
    }


ROUTES = (Route("/events", listed, under="/moves"), Route("/events/{id}", event, under="/moves"))
