"""However prices are found, by few lines or along an index, they are the same, in the order asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from scrapers.page import Terms
from tests.web.stock import add_sources, by_id, source
from tracker.adapters.store import filters as module
from tracker.adapters.store import price_pages, questions
from tracker.adapters.store.backfilled import register
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.price_pages import ORDERS, Wanted
from tracker.adapters.store.series import series_ids
from tracker.adapters.store.tables import prices
from tracker.domain.facts import SOURCE
from tracker.domain.model import Series

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SORTS = [order for order in ORDERS if order != "any"]
DAY = timedelta(days=1)
ASKED = [
    Filters(),
    Filters("acme"),
    Filters(model="m-1"),
    Filters(model="acme/m-2", source="catalogue"),
    Filters(model="*-3", meter="output_mtok"),
    Filters("globex", model="acme/*1"),
    Filters(model="acme/*1"),
    Filters(model="none"),
    Filters(meter="output_mtok"),
    Filters(source="catalogue"),
]
MOMENTS: list[dict[str, datetime | None]] = [
    {"at": None, "known_at": None},
    {"at": NOW - 200 * DAY, "known_at": None},
    {"at": None, "known_at": NOW - 100 * DAY},
    {"at": NOW - 50 * DAY, "known_at": NOW - 100 * DAY},
]


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A store with steps of many listings, some withdrawn, and a fact that was recorded before it held."""
    add_sources(engine, by_id(source("acme"), source("globex", "hosts"), source("catalogue", "catalogs")))
    with writing(engine) as connection:
        register(connection, SOURCE, SOURCE, "", "", NOW - 400 * DAY)
        lines = [
            Series(provider, f"m-{n}", meter, terms, "USD")
            for provider, n in itertools.product(("acme", "globex"), range(1, 5))
            for meter, terms in (
                ("input_mtok", Terms()),
                ("output_mtok", Terms()),
                ("input_mtok", Terms("batch")),
            )
        ]
        ids = series_ids(connection, lines)
        connection.execute(prices.insert(), list(_rows(list(ids.values()))))
    with asking(engine) as connection:
        yield connection


def _rows(ids: list[int]) -> Iterator[dict[str, Any]]:
    common = {"model": "m", "label": "$1", "promo_until": "", "missing": 0, "basis": "observed"}
    for place, (id, by) in enumerate(itertools.product(ids, ("acme", "catalogue"))):
        begins = NOW - timedelta(days=300 + place % 7)
        for step in range(3):
            ends = begins + timedelta(days=100 + place % 5) if step < 2 else None
            yield common | {
                "source": by,
                "series": id,
                "price": Decimal(1 + (place + step) % 4),
                "valid_from": begins,
                "valid_to": ends,
                "recorded_at": begins,
                "closed_at": ends,
                "withdrawn_at": NOW - 20 * DAY if place % 6 == 0 and step == 1 else None,
            }
            begins = ends or begins
    told = {
        "source": SOURCE,
        "basis": "documented",
        "series": ids[0],
        "price": Decimal(9),
        "withdrawn_at": None,
        "recorded_at": NOW - 110 * DAY,
        "closed_at": NOW - 110 * DAY,
        "valid_from": NOW - 60 * DAY,
        "valid_to": NOW + 30 * DAY,
    }
    yield common | told


@pytest.mark.parametrize("moments", MOMENTS)
@pytest.mark.parametrize("most", [0, 10_000], ids=["along an index", "by few lines"])
def test_each_way_finds_the_same_prices_in_order(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, most: int, moments: dict[str, datetime | None]
) -> None:
    monkeypatch.setattr(module, "MOST_PICKED", most)
    for asked, order in itertools.product(ASKED, SORTS):
        wanted = Wanted(asked, NOW, **moments)
        there = questions.prices_at(connection, wanted.at or NOW, wanted.known, asked)
        found = price_pages.page(connection, wanted, order, 1000, 0)
        assert (
            len({one.id for one in found})
            == len(found)
            == len(there)
            == price_pages.count(connection, wanted)
        )
        assert sorted(one.span.price for one in found) == sorted(row["price"] for row in there), (
            asked,
            order,
        )
        in_order = select(prices.c.id).join(price_pages.series, price_pages.series.c.id == prices.c.series)
        in_order = in_order.where(prices.c.id.in_([one.id for one in found])).order_by(*ORDERS[order])
        assert [one.id for one in found] == list(connection.scalars(in_order)), (asked, order)
        apart = [one for place in (0, 7) for one in price_pages.page(connection, wanted, order, 7, place)]
        assert apart == found[:14]


def test_brackets_are_letters_of_a_name_and_no_pattern(connection: Connection) -> None:
    asked = [Filters(model=model) for model in ("m-[12]", "*-[12]", "acme/m-[1-9]")]
    assert [questions.prices_at(connection, NOW, NOW, one) for one in asked] == [[], [], []]


@pytest.mark.parametrize("moments", MOMENTS)
@pytest.mark.parametrize("most", [0, 10_000], ids=["along an index", "by few lines"])
def test_line_by_line_nothing_is_left_out_or_told_twice(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, most: int, moments: dict[str, datetime | None]
) -> None:
    monkeypatch.setattr(module, "MOST_PICKED", most)
    at, known = moments["at"] or NOW, moments["known_at"] or NOW
    for asked in ASKED:
        held, ever = (
            partial(questions.prices_at, connection, at, known),
            partial(questions.history, connection, known),
        )
        assert _sorted(_paged(partial(held, asked, limit=5), "line", "row")) == _sorted(held(asked))
        assert _sorted(_paged(partial(ever, asked, limit=7), "line", "valid_from", "row")) == _sorted(
            ever(asked)
        )


def _paged(ask: Any, *key: str) -> list[dict[str, Any]]:
    """All pages, each asked for after the last row of the one before."""
    found: list[dict[str, Any]] = []
    after = None
    while page := ask(after=after):
        found += page
        after = tuple(page[-1][name] for name in key)
    return found


def _sorted(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(str({k: v for k, v in row.items() if k not in ("line", "row")}) for row in rows)
