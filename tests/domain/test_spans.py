"""What a series cost at a moment, and where its price moved, from spans of whatever source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from scrapers.page import Terms
from tracker.domain.model import Basis, Series, Status
from tracker.domain.spans import Span, moves_of, price_at

LINE = Series("acme", "one", "input_mtok", Terms(), "USD")
OTHER = replace(LINE, meter="output_mtok")
JAN, FEB, MAR, APR = (datetime(2025, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4))


def span(
    price: str, begins: datetime, ends: datetime | None, basis: Basis = Basis.observed, **more: object
) -> Span:
    return Span(LINE, Decimal(price), begins, ends, basis=basis, **more)  # type: ignore[arg-type]


def test_a_price_holds_from_its_first_moment_until_before_its_last() -> None:
    spans = [span("3", JAN, FEB), span("2", MAR, None)]
    at = {moment: price_at(spans, moment) for moment in (JAN, FEB, MAR, APR)}
    assert {m: s and s.price for m, s in at.items()} == {JAN: 3, FEB: None, MAR: 2, APR: 2}


def test_what_was_seen_goes_before_what_is_documented_and_that_before_what_a_catalogue_says() -> None:
    spans = [
        span(str(n), JAN, None, basis)
        for n, basis in enumerate((Basis.catalogue, Basis.observed, Basis.documented))
    ]
    for best in (Basis.observed, Basis.documented, Basis.catalogue):
        found = price_at(spans, FEB)
        assert found is not None and found.basis is best
        spans.remove(found)


def test_of_equal_bases_what_was_recorded_last_holds() -> None:
    late, early = span("2", JAN, None, recorded_at=APR), span("3", FEB, None, recorded_at=MAR)
    for spans in ([late, early], [early, late]):
        assert price_at(spans, MAR) == late


def test_a_move_is_where_another_price_of_the_same_series_follows() -> None:
    spans = [
        span("2", MAR, APR, first_seen=MAR, seen=2, snapshot=7, seen_again=8, model="One"),
        span("3", JAN, FEB, last_seen=JAN),
        span("3", FEB, MAR, last_seen=FEB),
        Span(OTHER, Decimal(9), JAN),
    ]
    (move,) = moves_of(spans, "wayback-acme")
    assert (move.before, move.after, move.not_before, move.at, move.recorded_at) == (3, 2, FEB, MAR, MAR)
    assert (move.status, move.reason, move.source) == (Status.confirmed, "seen in 2 captures", "wayback-acme")
    assert (move.snapshot, move.confirmed_by, move.model, move.event) == (7, 8, "One", "list_cut")


def test_what_was_seen_once_or_not_at_all_or_is_in_doubt_is_provisional() -> None:
    for more in ({"seen": 1}, {}, {"seen": 5, "doubt": "12 times"}):
        (move,) = moves_of([span("3", JAN, FEB), span("2", FEB, None, **more)], "x")
        assert move.status is Status.provisional


def test_a_day_that_a_page_stated_lies_before_the_look_that_saw_it() -> None:
    (move,) = moves_of([span("3", JAN, FEB, last_seen=JAN), span("2", FEB, None, first_seen=MAR)], "x")
    assert move.at < move.recorded_at
