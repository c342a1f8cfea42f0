"""Events on the store: what several sources tell is one, what happened twice is two."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine

from scrapers.generic import generic
from scrapers.page import STANDARD
from scrapers.source import Source
from tracker.adapters import claims as claims_files
from tracker.adapters.store import events
from tracker.adapters.store import sources as states
from tracker.adapters.store.backfilled import register
from tracker.adapters.store.engine import writing
from tracker.domain.events import Event, EventRow, Kind, name_key
from tracker.domain.evidence import Evidence, evidence
from tracker.domain.model import Series, Status

AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def sourced(engine: Engine) -> Engine:
    """A store with a page, the facts, an archive and a catalogue's history."""
    with writing(engine) as connection:
        page = Source("https://acme.example", generic, id="openai", kind="providers")
        states.register(connection, [page], AT)
        register(connection, "facts", "facts", "", "", AT)
        register(connection, "wayback-openai", "archives", "openai", "https://a.example", AT)
        register(connection, "history-litellm", "histories", "", "https://b.example", AT)
    return engine


def step(
    before: str, after: str, *, model: str = "o9", meter: str = "input_mtok", source: str = "openai"
) -> EventRow:
    series = Series("openai", model, meter, STANDARD, "USD")
    return EventRow(series, Decimal(before), Decimal(after), model=model, source=source)


def event(
    kind: Kind, lo: str, hi: str, *rows: EventRow, status: Status = Status.confirmed, at: datetime = AT
) -> Event:
    first, last = date.fromisoformat(lo), date.fromisoformat(hi)
    return Event(
        kind, "openai", first, last, last, f"{hi}:openai", tuple(rows), rows[0].source, at, status=status
    )


def counted(connection: Connection) -> list[Evidence]:
    """What counts as cuts of the same model's list price."""
    claims = claims_files.registered()
    found = events.find(connection, None)
    return evidence(claims.definitions["D1"], claims, found, scope="api")


def test_a_vague_witness_does_not_blur_a_day_that_is_known(sourced: Engine) -> None:
    """The archive saw the input, and the cached input, some time within a month."""
    with writing(sourced) as connection:
        documented = event(Kind.list_cut, "2025-01-31", "2025-01-31", step("3", "1.1", source="facts"))
        events.put(connection, [documented], reviewed=True)
        cached = step("1.5", "0.55", meter="cache_read_mtok", source="wayback-openai")
        seen = step("3", "1.1", source="wayback-openai")
        events.put(connection, [event(Kind.list_cut, "2025-01-20", "2025-02-20", seen, cached)])
        (one,) = counted(connection)
    assert (one.lo, one.hi) == (date(2025, 1, 31), date(2025, 1, 31))
    assert {row.source for row in one.rows} == {"facts", "wayback-openai"}


def test_two_cuts_in_neighbouring_captures_are_two(sourced: Engine) -> None:
    with writing(sourced) as connection:
        first = event(Kind.list_cut, "2025-02-05", "2025-03-01", step("10", "8", source="wayback-openai"))
        then = event(Kind.list_cut, "2025-03-01", "2025-06-01", step("8", "6", source="wayback-openai"))
        events.put(connection, [first, then])
        assert [(e.lo, e.hi) for e in counted(connection)] == [(first.lo, first.hi), (then.lo, then.hi)]


def test_what_only_a_catalogue_told_is_confirmed_by_who_saw_it(sourced: Engine) -> None:
    later = AT + timedelta(days=1)
    with writing(sourced) as connection:
        told = step("10", "8", source="history-litellm")
        events.put(
            connection, [event(Kind.list_cut, "2026-11-20", "2026-11-24", told, status=Status.provisional)]
        )
        assert [e.is_certain for e in counted(connection)] == [False]
        events.put(connection, [event(Kind.list_cut, "2026-11-22", "2026-11-22", step("10", "8"), at=later)])
        assert [e.is_certain for e in counted(connection)] == [True]
        before = events.find(connection, AT)
    assert [e.status for e in before] == [Status.provisional], "what was known before stays known so"


def test_a_cut_a_rise_and_the_same_cut_again_are_three(sourced: Engine) -> None:
    with writing(sourced) as connection:
        for kind, day, before, after in (
            (Kind.list_cut, "2026-10-01", "10", "8"),
            (Kind.list_rise, "2026-10-10", "8", "10"),
            (Kind.list_cut, "2026-10-20", "10", "8"),
        ):
            events.put(connection, [event(kind, day, day, step(before, after))])
        assert [e.lo.day for e in counted(connection)] == [1, 20]


def test_a_list_cut_to_the_price_of_a_promotion_that_ended_is_a_cut(sourced: Engine) -> None:
    with writing(sourced) as connection:
        for kind, day, before, after in (
            (Kind.promo, "2026-09-20", "10", "8"),
            (Kind.end_of_promo, "2026-10-20", "8", "10"),
            (Kind.list_cut, "2026-10-29", "10", "8"),
        ):
            events.put(connection, [event(kind, day, day, step(before, after))])
        assert [e.lo.isoformat() for e in counted(connection)] == ["2026-10-29"]


def test_what_a_look_saw_first_and_facts_tell_later_counts_once(sourced: Engine) -> None:
    with writing(sourced) as connection:
        events.put(connection, [event(Kind.list_cut, "2026-07-29", "2026-07-30", step("1", "0.2"))])
        told = step("1", "0.2", source="facts")
        events.put(connection, [event(Kind.list_cut, "2026-07-30", "2026-07-30", told)], reviewed=True)
        assert len(events.find(connection, None)) == 2
        (one,) = counted(connection)
    assert one.words() == ["o9 input 1->0.2 (-80.0%)"]


def test_another_cut_on_the_day_of_a_withdrawn_one_counts(sourced: Engine) -> None:
    with writing(sourced) as connection:
        (id,) = events.put(connection, [event(Kind.list_cut, "2026-10-01", "2026-10-01", step("10", "8"))])
        events.rule(connection, [id], Status.withdrawn, "person", "a slip", AT)
        other = step("6", "4", model="o8")
        events.put(connection, [event(Kind.list_cut, "2026-10-01", "2026-10-01", other)])
        events.put(connection, [event(Kind.list_cut, "2026-10-01", "2026-10-01", other)])
        assert [e.words() for e in counted(connection)] == [["o8 input 6->4 (-33.3%)"]]


def test_a_catalogue_s_correction_does_not_swallow_a_cut_that_was_seen(sourced: Engine) -> None:
    with writing(sourced) as connection:
        mended = event(Kind.correction, "2026-11-20", "2026-11-20", step("10", "8", source="history-litellm"))
        events.put(connection, [mended])
        events.put(connection, [event(Kind.list_cut, "2026-11-22", "2026-11-22", step("10", "8"))])
        assert [e.lo.day for e in counted(connection)] == [22]


def test_models_are_told_apart_by_the_order_of_their_numbers() -> None:
    assert name_key("Claude Haiku 4.5") == name_key("claude-haiku-4-5") == name_key("claude-4-5-haiku")
    assert name_key("gpt-4.5") != name_key("gpt-5.4")
