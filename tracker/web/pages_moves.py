"""The pages of moves."""

from __future__ import annotations

from tracker.adapters.store import status
from tracker.domain.model import Status
from tracker.web.pages import Asked, Route, Shown

MOST = 500  # moves


def moves(asked: Asked) -> Shown:
    """The latest moves, however they stand."""
    found = status.latest_moves(asked.connection, list(Status), MOST)
    total = sum(status.counts(asked.connection)["moves"].values())
    return "moves.html", {"moves": found, "total": total}


ROUTES = (Route("/moves", moves, "Moves"),)
