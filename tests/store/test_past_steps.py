"""The events that a catalogue's history tells, beside what is known already."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

import pytest
from sqlalchemy import Engine

from scrapers.page import STANDARD
from tracker.adapters.store import events
from tracker.adapters.store.backfilled import reconcile, register
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.past_steps import put_steps
from tracker.domain.events import Event, EventRow, Kind
from tracker.domain.model import Basis, Series, Status
from tracker.domain.spans import Span

AT, LATER = datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)
CUT, RECORDED = date(2025, 1, 31), datetime(2025, 2, 11, tzinfo=UTC)
CAUGHT_UP = datetime(2025, 6, 11, tzinfo=UTC)
CATALOGUE = "history-of-a-catalogue"
_providers = (f"maker-{n}" for n in count())  # the store is one for all tests


@pytest.fixture
def provider(engine: Engine) -> str:
    with writing(engine) as connection:
        register(connection, CATALOGUE, "histories", "catalogue", "https://catalogue.example/", AT)
        register(connection, "announcements", "facts", "facts", "https://facts.example/", AT)
    return next(_providers)


def line(provider: str) -> Series:
    return Series(provider, "model-x", "input_mtok", STANDARD, "USD")


def history(provider: str) -> list[Span]:
    """3 until it was recorded as 1.1."""
    series, began = line(provider), datetime(2024, 9, 12, tzinfo=UTC)
    told = {"source": CATALOGUE, "basis": Basis.catalogue}
    return [
        Span(series, Decimal(3), began, RECORDED, **told),  # type: ignore[arg-type]
        Span(series, Decimal("1.1"), RECORDED, **told),  # type: ignore[arg-type]
    ]


def announced(provider: str) -> Event:
    row = EventRow(line(provider), Decimal(3), Decimal("1.1"), source="announcements")
    name = f"{CUT}:{provider}"
    return Event(Kind.list_cut, provider, CUT, CUT, CUT, name, (row,), "announcements", AT)


def tell(engine: Engine, provider: str, at: datetime = AT) -> int:
    with writing(engine) as connection:
        return put_steps(connection, CATALOGUE, history(provider), at)


def told(engine: Engine, provider: str) -> list[Event]:
    with asking(engine) as connection:
        return events.find(connection, None, providers=[provider])


def announce(engine: Engine, provider: str) -> None:
    with writing(engine) as connection:
        events.put(connection, [announced(provider)])


def test_a_catalogue_that_repeats_a_known_cut_is_its_witness_and_tells_no_event(
    engine: Engine, provider: str
) -> None:
    announce(engine, provider)
    assert tell(engine, provider) == 0
    (event,) = told(engine, provider)
    assert (event.day, event.status) == (CUT, Status.confirmed)
    assert [r.source for r in event.rows] == ["announcements", CATALOGUE]


def test_what_only_a_catalogue_says_waits_as_provisional(engine: Engine, provider: str) -> None:
    assert tell(engine, provider) == 1
    (event,) = told(engine, provider)
    assert (event.kind, event.status) == (Kind.list_cut, Status.provisional)
    assert event.why == "only a catalogue says so"
    assert event.day == RECORDED.date()


def test_two_catalogues_that_agree_are_one_witness(engine: Engine, provider: str) -> None:
    tell(engine, provider)
    other = [replace(s, source="history-of-another") for s in history(provider)]
    with writing(engine) as connection:
        register(connection, "history-of-another", "histories", "other", "https://other.example/", AT)
        assert put_steps(connection, "history-of-another", other, AT) == 0
    (event,) = told(engine, provider)
    assert (event.status, len(event.rows)) == (Status.provisional, 2)


def test_telling_a_history_again_changes_nothing(engine: Engine, provider: str) -> None:
    tell(engine, provider)
    before = told(engine, provider)
    assert tell(engine, provider, LATER) == 0
    assert told(engine, provider) == before


def test_a_catalogue_s_cut_that_is_announced_afterwards_is_told_on_its_day_and_once(
    engine: Engine, provider: str
) -> None:
    tell(engine, provider)
    with writing(engine) as connection:
        events.put(connection, [announced(provider)], reviewed=True)
    tell(engine, provider, LATER)
    standing = [e for e in told(engine, provider) if e.status is not Status.withdrawn]
    assert [(e.day, len(e.rows)) for e in standing] == [(CUT, 2)]


def test_what_a_history_says_no_more_is_withdrawn_and_what_it_says_again_is_back(
    engine: Engine, provider: str
) -> None:
    tell(engine, provider)
    with writing(engine) as connection:
        put_steps(connection, CATALOGUE, history(provider)[:1], LATER)
    assert [e.status for e in told(engine, provider)] == [Status.withdrawn]
    tell(engine, provider, LATER)
    assert [e.status for e in told(engine, provider)] == [Status.provisional]


def test_a_person_s_ruling_on_what_a_catalogue_says_stays(engine: Engine, provider: str) -> None:
    tell(engine, provider)
    (event,) = told(engine, provider)
    with writing(engine) as connection:
        events.rule(connection, [event.id], Status.confirmed, "person", "I saw the page", AT)
    tell(engine, provider, LATER)
    assert [e.status for e in told(engine, provider)] == [Status.confirmed]


def test_a_catalogue_that_catches_up_is_a_correction_of_its_own_day_and_no_witness(
    engine: Engine, provider: str
) -> None:
    announce(engine, provider)
    began = datetime(2025, 2, 10, tzinfo=UTC)
    late = [replace(history(provider)[0], valid_from=began, valid_to=CAUGHT_UP)]
    late += [replace(history(provider)[1], valid_from=CAUGHT_UP)]
    documented = Span(
        line(provider), Decimal("1.1"), datetime(2025, 1, 31, tzinfo=UTC), source="announcements"
    )
    with writing(engine) as connection:
        reconcile(connection, "announcements", [documented], basis=Basis.documented, at=AT)
        put_steps(connection, CATALOGUE, late, AT)
    cut, correction = told(engine, provider)
    assert (cut.kind, len(cut.rows)) == (Kind.list_cut, 1)
    assert (correction.kind, correction.day) == (Kind.correction, CAUGHT_UP.date())
