"""The reader `in_currency()`: a page that differs by where one asks from, held to one currency."""

from __future__ import annotations

from dataclasses import replace

from scrapers.page import Page, ReadError, Reading, Refused
from scrapers.source import Reader


def in_currency(currency: str, reader: Reader) -> Reader:
    """The reader's offers in one currency; ReadError("unexpected_page") where the page has none in it."""

    def read(page: Page) -> Reading:
        reading = reader(page)
        offers = tuple(offer for offer in reading.offers if offer.currency == currency)
        if not offers:
            raise ReadError("unexpected_page", f"{page.url} states no price in {currency}")
        others = (o for o in reading.offers if o.currency != currency)
        refused = (Refused(o.label, f"in {o.currency}, not in {currency}") for o in others)
        return replace(reading, offers=offers, refused=(*reading.refused, *refused))

    return read
