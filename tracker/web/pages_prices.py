"""The page of prices: every offer in force, as of any day, narrowed and sorted by a plain form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from scrapers.meters import METERS
from tracker.adapters.store import bundled, price_pages
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.price_pages import MOST_COUNTED, Listed, Wanted
from tracker.domain.facts import GATHERED
from tracker.web import forms, words
from tracker.web.pages import Asked, Route, Shown

ROWS = 100  # a page
FIELDS = ("provider", "model", "meter", "kind", "source", "at", "known_at", "sort")
KINDS = {
    "providers": "makers",
    "hosts": "hosts of open weights",
    "plans": "plans",
    "catalogs": "catalogues",
    "facts": "bundled history",
}
SORTS = {
    "model": "by model",
    "price": "cheapest first",
    "dearest": "dearest first",
    "newest": "newest first",
    "oldest": "longest in force first",
}


def prices(asked: Asked) -> Shown:
    """The prices in force at a moment, as they were known at another."""
    at, known_at = forms.day(asked, "at", end=True), forms.day(asked, "known_at", end=True)
    given = forms.given(asked, FIELDS, {"kind": KINDS, "sort": SORTS})
    order, place = given["sort"] or "model", forms.place(asked, ROWS)
    wanted = Wanted(_filters(given), asked.now, given["kind"], at, known_at)
    found = price_pages.page(asked.connection, wanted, order, ROWS, (place - 1) * ROWS)
    is_all = place == 1 and len(found) < ROWS
    return "prices.html", {
        "groups": together(found) if order == "model" else [[one] for one in found],
        "total": len(found) if is_all else price_pages.count(asked.connection, wanted),
        "most": MOST_COUNTED,
        "given": given,
        "sort": order,
        "sorts": SORTS,
        "kinds": KINDS,
        "meters": {meter: words.meter(meter) for meter in METERS},
        "providers": sorted({s.provider or id for id, s in asked.sources.items() if s.kind != "feeds"})[:200],
        "heads": _heads(given, order),
        "at": at,
        "known_at": known_at,
        "told_until": _told_until(asked) if at is None and known_at is None else None,
        "pager": pager(given, place, len(found), ROWS, "/prices"),
    }


def _told_until(asked: Asked) -> datetime | None:
    """Until when the bundled history tells, where no look has told of anything since."""
    if not bundled.loaded(asked.connection) or any(w.last_well for w in asked.seen()):
        return None
    return GATHERED


def _filters(given: dict[str, str]) -> Filters:
    return Filters(given["provider"], given["model"], given["meter"], given["source"])


def _heads(given: dict[str, str], order: str) -> dict[str, tuple[str, str]]:
    """Where the head of a column leads to, and how the table is sorted by it now."""
    turns = {
        "Model": {"model": "ascending"},
        "Price": {"price": "ascending", "dearest": "descending"},
        "In force since": {"newest": "descending", "oldest": "ascending"},
    }
    found = {}
    for label, ways in turns.items():
        other = next((way for way in ways if way != order), order)
        found[label] = forms.address("/prices", given, sort=other), ways.get(order, "")
    return found


def together(found: Sequence[Listed]) -> list[list[Listed]]:
    """Rows that follow one another and differ only in what is metered: one group each."""

    def shared(one: Listed) -> tuple[object, ...]:
        span = one.span
        name = (span.series.provider, span.series.model, span.model, span.series.terms, span.source)
        return *name, span.valid_from, span.snapshot, span.promo_until, span.basis

    return [list(group) for _, group in groupby(found, shared)]


def pager(given: dict[str, str], place: int, shown: int, rows: int, path: str) -> dict[str, Any]:
    """Where the pages before and after are; `path` is the page's own."""
    is_last = shown < rows or (place + 1) * rows > forms.DEEPEST
    return {
        "first": (place - 1) * rows + 1,
        "last": (place - 1) * rows + shown,
        "before": forms.address(path, given, page=str(place - 1)) if place > 1 else "",
        "after": "" if is_last else forms.address(path, given, page=str(place + 1)),
    }


ROUTES = (Route("/prices", prices, "Prices"),)
