"""The file that is written for a new source."""

from __future__ import annotations

from decimal import Decimal

from scrapers.page import Offer, Reading
from tracker.domain.skeleton import skeleton


def test_one_model_and_one_meter_are_tuples_too() -> None:
    """A pair of brackets without a comma would be a name, and its letters the anchors."""
    plan = Offer("Pro", "seat_month", Decimal(20), "USD")
    file = skeleton("acme", "https://acme.example/pricing", "text/html", Reading((plan,)))
    assert 'needs=("seat_month",)' in file and 'anchors=("Pro",)' in file
