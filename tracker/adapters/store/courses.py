"""How the prices that hold at a moment went before it; nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from tracker.adapters.store.filters import Filters
from tracker.adapters.store.price_rows import price_of, select_prices
from tracker.adapters.store.questions import narrowed
from tracker.adapters.store.spans import ends_after
from tracker.adapters.store.tables import prices

Key = tuple[object, ...]
Course = list[tuple[datetime, Decimal | None]]  # a price from each moment on; None where none was known


def key_of(row: Mapping[str, Any]) -> Key:
    """What tells the rows of `prices_at` apart."""
    named = (row[name] for name in ("provider", "model", "meter", "currency", "source", "valid_from"))
    return (*named, *sorted(row["terms"].items()))


def courses(
    connection: Connection, at: datetime, known_at: datetime, filters: Filters, since: datetime
) -> dict[Key, Course]:
    """By the price that held at `at`, every price of its series and source since then, in one query."""
    statement = narrowed(select_prices(known_at).add_columns(prices.c.series), filters)
    held = statement.where(prices.c.valid_from <= at, ends_after(since, known_at))
    found: dict[Key, Course] = {}
    begun: dict[tuple[int, str], Course] = {}
    for row in connection.execute(held.order_by(prices.c.valid_from, prices.c.id)):
        price = price_of(row, known_at)
        course = begun.setdefault((row.series, row.source), [])
        if course and course[-1][1] is None and course[-1][0] >= price["valid_from"]:
            course.pop()  # it held on
        course.append((price["valid_from"], price["price"]))
        if price["valid_to"] is not None:
            course.append((price["valid_to"], None))
        found[key_of(price)] = course
    return found
