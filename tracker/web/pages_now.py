"""The first page: what moved, what waits, and how the sources are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.adapters.store import questions, silences, status
from tracker.domain.model import State, Status
from tracker.web import words
from tracker.web.pages import Asked, Route, Shown
from tracker.web.watched import Watched

LATEST = 20  # moves
MOST_PENDING = 50  # held moves or undelivered alerts; the rest is counted


def first(asked: Asked) -> Shown:
    """The status page."""
    connection = asked.connection
    seen, counts = asked.seen(), status.counts(connection)
    shown: dict[str, Any] = {
        "seen": seen,
        "moves": status.latest_moves(connection, [Status.confirmed], LATEST),
        "pending": status.waiting_moves(connection, MOST_PENDING),
        "claims": status.claims(connection),
        "silent": silences.standing(connection, asked.now)[::-1],  # the newest first
        "alerts": [
            row
            for state in ("dead", "waiting")
            for row in questions.alert_rows(connection, state, MOST_PENDING)
            if row["part_of"] is None  # a digest is newer than its parts, and stands for them
        ],
    }
    shown["headline"], shown["follows"] = words.headline(seen)
    figures = _figures(seen, counts)
    figures["held"] -= shown["claims"]
    return "now.html", shown | figures


def _figures(seen: list[Watched], counts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The figures at the head of the page."""
    moves, deliveries = counts["moves"], counts["deliveries"]
    return {
        "well": sum(w.state is State.well for w in seen),
        "prices": sum(counts["prices"].get(w.id, 0) for w in seen),
        "confirmed": moves.get("confirmed", 0),
        "held": moves.get("held", 0),
        "provisional": moves.get("provisional", 0),
        "waiting": deliveries.get("waiting", 0),
        "dead": deliveries.get("dead", 0),
    }


ROUTES = (Route("/", first, "Now"),)
