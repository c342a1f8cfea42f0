"""The first page: what moved, what it means, what waits, and how the sources are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.adapters.store import event_pages, silences, status, verdicts
from tracker.domain.chart import ARTICLE
from tracker.domain.model import State, Status
from tracker.web import in_a_sentence, words
from tracker.web.lately import lately
from tracker.web.pages import Asked, Route, Shown
from tracker.web.pages_events import told
from tracker.web.pages_moves import whole
from tracker.web.watched import Watched

LATEST = 20  # moves
EVENTS = 8
SOURCES = 20  # those in trouble first
MOST_PENDING = 50  # held moves or undelivered alerts; the rest is counted


def first(asked: Asked) -> Shown:
    """The status page."""
    connection = asked.connection
    seen = asked.seen()
    moves, deliveries = status.moves_by_status(connection), status.deliveries_by_state(connection)
    held_back = status.held_back(connection)
    # A move that is withdrawn takes its event with it, and no row of the event says so.
    recorded = (*verdicts.newest_event(connection), moves.get("withdrawn", 0))
    shown: dict[str, Any] = {
        "seen": seen,
        "most_seen": SOURCES,
        "moves": whole(status.latest_moves(connection, [Status.confirmed], LATEST + 1), LATEST).shown,
        "events": [told(e) for e in event_pages.latest(connection, EVENTS)],
        "judged": in_a_sentence.judged(connection),
        "levels": in_a_sentence.levels(connection, asked.now, recorded),
        "base": ARTICLE,
        "lately": lately(connection, asked.now, recorded),
        "pending": status.waiting_moves(connection, MOST_PENDING),
        "claims": status.claims(connection),
        "silent": silences.standing(connection, asked.now)[::-1],  # the newest first
        "alerts": status.unsent(connection, MOST_PENDING),
        "held_back": held_back[:MOST_PENDING],
        "waits": sum(row.many for row in held_back),
    }
    shown["headline"], shown["follows"] = words.headline(seen)
    figures = _figures(seen, moves, deliveries)
    figures["held"] -= shown["claims"]
    figures["waiting"] -= shown["waits"]
    return "now.html", shown | figures


def _figures(seen: list[Watched], moves: Mapping[str, int], deliveries: Mapping[str, int]) -> dict[str, int]:
    """The figures at the head of the page."""
    return {
        "well": sum(w.state is State.well for w in seen),
        "prices": sum(w.prices for w in seen),
        "confirmed": moves.get("confirmed", 0),
        "held": moves.get("held", 0),
        "provisional": moves.get("provisional", 0),
        "waiting": deliveries.get("waiting", 0),
        "dead": deliveries.get("dead", 0),
    }


ROUTES = (Route("/", first, "Now"),)
