"""The reader of any page with price tables, for a source that has no file of its own."""

from __future__ import annotations

from scrapers.page import Page, Reading
from scrapers.readers import table

_read = table(needs=(), carries_names=True, loose=True)


def generic(page: Page) -> Reading:
    """What the price tables of a page say; raises ReadError."""
    return _read(page)
