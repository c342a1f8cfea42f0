"""What kept pages say now, against what was recorded from them."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from scrapers.page import Offer, Reading
from tracker.domain.corrections import Recorded, Reread, corrections
from tracker.domain.model import series_of

BEGUN = datetime(2026, 8, 1, tzinfo=UTC)


def test_a_years_pages_of_a_long_list_take_little_memory() -> None:
    reading = Reading(tuple(Offer(f"m{n}", "input_mtok", Decimal(3), "USD") for n in range(1000)))
    pages = [Reread(n, BEGUN + timedelta(days=n), reading) for n in range(50)]
    rows = [
        Recorded(n, series_of(o, "acme"), o.price, BEGUN, None, BEGUN, n % 50)
        for n, o in enumerate(reading.offers)
    ]
    tracemalloc.start()
    try:
        assert corrections(rows, pages, "acme") == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024
