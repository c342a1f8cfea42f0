"""What a differ of recorded prices calls a cut, one by one, against what there was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from scrapers.page import STANDARD
from tracker.adapters import facts, genai
from tracker.domain import announced
from tracker.domain.events import Event, EventRow, Kind
from tracker.domain.model import Basis, Series, Status
from tracker.domain.naive import Apparent, Explained, explain
from tracker.domain.spans import Span
from tracker.domain.successors import Blend

CUT = date(2025, 1, 31)
TODAY = date(2026, 11, 25)
LINE = Series("openai", "o1-mini", "input_mtok", STANDARD, "USD")


def moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def recorded(*prices: tuple[str, str], source: str = "history-one", series: Series = LINE) -> list[Span]:
    """The prices of a catalogue's record, each from the day on which it was recorded."""
    days = [moment(day) for day, _ in prices]
    return [
        Span(series, Decimal(price), day, end, source=source, basis=Basis.catalogue)
        for (_, price), day, end in zip(prices, days, [*days[1:], None], strict=True)
    ]


def announced_as(kind: Kind, before: str = "3", after: str = "1.1", series: Series = LINE) -> Event:
    row = EventRow(series, Decimal(before), Decimal(after), source="facts")
    day = moment(CUT.isoformat())
    return Event(kind, series.provider, CUT, CUT, CUT, f"{CUT}:{series.provider}", (row,), "facts", day)


def only(found: Explained) -> Apparent:
    (row,) = found.rows
    return row


LATE = recorded(("2024-09-12", "3"), ("2025-02-11", "1.1"))


def test_a_cut_that_was_recorded_late_counts_on_its_own_day() -> None:
    found = explain(LATE, [announced_as(Kind.list_cut)], TODAY)
    assert (found.naive, found.cleaned) == (1, 1)
    row = only(found)
    assert (row.day, row.effective, row.label) == (date(2025, 2, 11), CUT, "real")
    assert row.why == "the list cut of 2025-01-31, recorded 11 days late"


def test_what_two_catalogues_record_of_one_price_is_one_cut() -> None:
    other = recorded(("2024-09-12", "3"), ("2025-03-01", "1.1"), source="history-two")
    found = explain([*LATE, *other], [announced_as(Kind.list_cut)], TODAY)
    assert (found.naive, found.cleaned) == (1, 1)
    assert only(found).sources == ("history-one", "history-two")


def test_a_promotion_and_a_re_pointed_name_are_no_cuts() -> None:
    for kind in (Kind.promo, Kind.alias_swap):
        found = explain(LATE, [announced_as(kind)], TODAY)
        assert (found.naive, found.cleaned, only(found).label) == (1, 0, kind.value)


def test_what_only_a_catalogue_says_counts_for_nothing() -> None:
    found = explain(LATE, [], TODAY)
    assert (found.naive, found.cleaned, only(found).label) == (1, 0, "unknown")


def test_what_a_person_withdrew_counts_for_nothing() -> None:
    withdrawn = replace(announced_as(Kind.list_cut), status=Status.withdrawn)
    assert explain(LATE, [withdrawn], TODAY).cleaned == 0


def test_less_than_five_per_cent_is_no_cut() -> None:
    for after, counts in (("2.85", 1), ("2.86", 0)):
        prices = recorded(("2024-09-12", "3"), ("2025-02-11", after))
        assert explain(prices, [announced_as(Kind.list_cut, "3", after)], TODAY).cleaned == counts


def test_a_cut_that_no_record_shows_was_missed() -> None:
    found = explain([], [announced_as(Kind.list_cut)], TODAY)
    assert (found.naive, found.cleaned, only(found).label) == (0, 1, "missed")


def test_a_cut_that_is_still_to_come_is_none() -> None:
    assert explain(LATE, [announced_as(Kind.list_cut)], date(2025, 1, 30)).rows == ()


def test_over_the_bundled_and_the_dated_history_every_apparent_cut_has_its_reason() -> None:
    known = [*facts.moves(), *facts.listings()]
    events = announced.events_of(known, Blend())
    found = explain([*announced.spans_of(known), *genai.history()], events, TODAY)
    assert found.naive > found.cleaned > 0
    assert sum(found.by_label.values()) == len(found.rows)
    assert {"real", "promo", "alias_swap", "unknown"} <= set(found.by_label)
    for row in found.rows:
        assert row.why and row.after < row.before
        assert row.counted is False or (row.event and row.event.kind in (Kind.list_cut, Kind.plan_cut))
    sol = [r for r in found.rows if r.series.model == "gpt-5.6-sol"]
    assert sol and not any(r.counted for r in sol)
