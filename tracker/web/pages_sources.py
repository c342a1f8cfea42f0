"""The pages of sources: how each is, and what was read from it."""

from __future__ import annotations

from tracker.adapters.store import price_pages, questions
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.price_pages import Wanted
from tracker.web import forms, words
from tracker.web.pages import Asked, Route, Shown, not_there
from tracker.web.pages_prices import pager, together
from tracker.web.watched import watched

ROWS = 200  # sources a page
LOOKS, PAGES, MOVES, PRICES = 20, 10, 10, 50  # of one source; the rest is a link away


def sources(asked: Asked) -> Shown:
    """How each source is, those in trouble first."""
    seen, place = asked.seen(), forms.place(asked, ROWS)
    headline, follows = words.headline(seen)
    shown = seen[(place - 1) * ROWS : place * ROWS]
    return "sources.html", {
        "seen": shown,
        "headline": headline,
        "follows": follows,
        "is_all": len(seen) == len(shown),
        "pager": pager({}, place, len(shown), ROWS, "/sources"),
    }


def source(asked: Asked) -> Shown:
    """One source: its health, its last looks, its kept pages, and what was read from it."""
    id, connection = asked.path["id"][:200], asked.connection
    rows = questions.source_rows(connection)
    enabled = {id: asked.sources[id]} if id in asked.sources else {}
    of_it = Wanted(Filters(source=id), asked.now)
    listed = price_pages.page(connection, of_it, "model", PRICES, 0)
    if not enabled and id not in rows and not listed:
        raise not_there("No source has that name.")
    kept = questions.snapshot_rows(connection, id, PAGES)
    return "source.html", {
        "id": id,
        "row": rows.get(id),
        "one": next(iter(watched(rows, enabled, asked.now)), None),
        "looks": questions.look_rows(connection, id, LOOKS),
        "kept": kept,
        "moves": questions.find_moves(connection, Filters(source=id), MOVES),
        "groups": together(listed),
        "total": price_pages.count(connection, of_it),
        "most": price_pages.MOST_COUNTED,
        "shown": len(listed),
        "all_prices": forms.address("/prices", {"source": id}),
        "all_moves": forms.address("/moves", {"source": id}),
    }


ROUTES = (Route("/sources", sources, "Sources"), Route("/sources/{id}", source, under="/sources"))
