"""What the past is told to be can be told again: the store then says that, and still knows what it said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Engine

from scrapers.page import Terms
from tracker.adapters.store.backfilled import Reconciled, reconcile, register
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.spans import spans_of
from tracker.domain.model import Basis, Series
from tracker.domain.spans import Span

START = datetime(2025, 1, 1, tzinfo=UTC)
FIRST, SECOND, THIRD = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3))
_sources = (f"history-{n}" for n in count())


def line(model: str, source: str = "acme") -> Series:
    return Series(source, model, "input_mtok", Terms(), "USD")


def spans_of_a_line(series: Series, days: list[int], prices: list[int], goes_on: bool) -> list[Span]:
    at = [START + timedelta(days=day) for day in sorted(days)]
    found = [
        Span(series, Decimal(price), one, other, model=series.model)
        for (one, other), price in zip(pairwise(at), prices, strict=False)
    ]
    return [*found[:-1], replace(found[-1], valid_to=None)] if goes_on and found else found


@some.composite
def price_lists(draw: some.DrawFn) -> list[Span]:
    found: list[Span] = []
    for model in draw(some.sets(some.sampled_from("abc"))):
        days = draw(some.lists(some.integers(0, 6), unique=True, max_size=5))
        prices = draw(some.lists(some.integers(0, 2), min_size=4, max_size=4))
        found += spans_of_a_line(line(model), days, prices, draw(some.booleans()))
    return found


def held(engine: Engine, source: str, known_at: datetime) -> set[tuple[object, ...]]:
    with asking(engine) as connection:
        found = spans_of(connection, known_at)
    return {said(s) for s in found if s.source == source}


def said(span: Span) -> tuple[object, ...]:
    return span.series.key, span.price, span.valid_from, span.valid_to


def tell(engine: Engine, source: str, spans: list[Span], at: datetime) -> Reconciled:
    with writing(engine) as connection:
        register(connection, source, "histories", "acme", "", at)
        return reconcile(connection, source, spans, basis=Basis.catalogue, at=at)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=price_lists(), other=price_lists())
def test_the_standing_rows_are_what_was_told_last_and_what_was_told_before_stays_known(
    engine: Engine, one: list[Span], other: list[Span]
) -> None:
    source = next(_sources)
    assert tell(engine, source, one, FIRST).added == len(one)
    tell(engine, source, other, SECOND)
    assert held(engine, source, SECOND) == {said(s) for s in other}
    assert held(engine, source, FIRST) == {said(s) for s in one}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=price_lists(), other=price_lists())
def test_telling_the_same_twice_changes_nothing(engine: Engine, one: list[Span], other: list[Span]) -> None:
    source = next(_sources)
    tell(engine, source, one, FIRST)
    tell(engine, source, other, SECOND)
    assert tell(engine, source, other, THIRD) == Reconciled(0, 0, len(other))


def test_a_price_whose_end_is_known_now_stays_the_row_that_it_was(engine: Engine) -> None:
    goes_on, over = (spans_of_a_line(line("a"), [0, 3], [2], is_open) for is_open in (True, False))
    tell(engine, "facts", goes_on, FIRST)
    assert tell(engine, "facts", over, SECOND) == Reconciled(added=0, withdrawn=0, kept=0, closed=1)
    with asking(engine) as connection:
        (span,) = spans_of(connection, SECOND)
        assert (span.recorded_at, span.valid_to) == (FIRST, START + timedelta(days=3))


def test_other_sources_of_the_same_line_are_left_alone(engine: Engine) -> None:
    spans = spans_of_a_line(line("a"), [0, 3], [2], goes_on=True)
    tell(engine, "facts", spans, FIRST)
    tell(engine, "history-x", spans, FIRST)
    assert tell(engine, "history-x", [], SECOND).withdrawn == 1
    assert held(engine, "facts", SECOND) == {said(s) for s in spans}


def test_two_prices_at_one_time_are_refused(engine: Engine) -> None:
    one, other = (Span(line("a"), Decimal(n), START + timedelta(days=n), model="a") for n in (1, 2))
    with pytest.raises(ValueError, match="overlap"):
        tell(engine, "facts", [one, other], FIRST)
    with pytest.raises(ValueError, match="no time"):
        tell(engine, "facts", [replace(one, valid_to=one.valid_from)], FIRST)


def test_a_page_to_look_at_is_not_registered_here(engine: Engine) -> None:
    with writing(engine) as connection, pytest.raises(ValueError, match="providers"):
        register(connection, "openai", "providers", "openai", "", FIRST)
