"""A kept page shown as inert text, with the words marked that a price or a move was read from."""

from __future__ import annotations

from typing import NamedTuple

from tracker.adapters.charset import text_of
from tracker.adapters.store import moves, price_pages, snapshots, status
from tracker.domain.days import END_OF_TIME
from tracker.domain.model import Move
from tracker.domain.spans import Span
from tracker.web import marked
from tracker.web.pages import Asked, Route, Shown, not_there
from tracker.web.requested import number

NOT_KEPT = "No page of that number is kept."


class Wanted(NamedTuple):
    """What was read from the page; nothing where nobody asks."""

    move: Move | None = None
    price: Span | None = None

    @property
    def label(self) -> str:
        found = self.move or self.price
        return found.label if found else ""


def snapshot(asked: Asked) -> Shown:
    """The page of that number; `move` or `price` in the query names what is marked in it."""
    row = status.snapshot_row(asked.connection, asked.id())
    if row is None:
        raise not_there(NOT_KEPT)
    wanted = _wanted(asked)
    page = snapshots.load(asked.connection, row.id)
    return "snapshot.html", {
        "row": row,
        "size": len(page.body),
        "wanted": wanted,
        "shown": marked.shown(text_of(page), page.media_type, wanted.label),
    }


def _wanted(asked: Asked) -> Wanted:
    move, price = (number(asked.query.get(name, "")) for name in ("move", "price"))
    if move:
        found = moves.steps_of(asked.connection, [move])
        return Wanted(move=found[0] if found else None)
    return Wanted(price=price_pages.one(asked.connection, price, END_OF_TIME) if price else None)


ROUTES = (Route("/snapshots/{id}/shown", snapshot, under="/sources"),)
