"""Judging on the store: replayed day by day, with what was known by then, and what is told of it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tracker.adapters import claims as claims_files
from tracker.adapters import facts
from tracker.adapters.store import bundled, events, verdicts
from tracker.adapters.store.backfilled import register
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.tables_alerts import alerts
from tracker.adapters.store.tables_judged import coverage
from tracker.domain.announced import events_of
from tracker.domain.claims import Claims
from tracker.domain.events import Event
from tracker.domain.facts import GATHERED, SOURCE
from tracker.domain.model import Status
from tracker.domain.settings import Channel, Rule, Settings
from tracker.domain.successors import Blend
from tracker.judge import record_verdicts as record


def end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)


def all_events() -> list[Event]:
    return events_of(facts.moves() + facts.listings(), Blend())


@pytest.mark.parametrize(("database", "seed"), [("sqlite", 0), ("postgresql", 1)], indirect=["database"])
def test_judging_day_by_day_gives_what_is_answered_afterwards(engine: Engine, seed: int) -> None:
    """Events come late and out of order, some undecided, some ruled on, some taken back."""
    chance, claims = random.Random(seed), claims_files.registered()
    late = {
        day: [replace(e, recorded_at=end_of(day)) for e in found]
        for day, found in by_recorded_day(chance).items()
    }
    said: dict[date, Any] = {}
    with writing(engine) as connection:
        register(connection, SOURCE, "facts", "", "", end_of(date(2023, 1, 1)))
    for number in range((date(2026, 11, 23) - date(2025, 1, 27)).days + 1):
        day = date(2025, 1, 27) + timedelta(days=number)
        if day not in late and number % 60:
            continue
        with writing(engine) as connection:
            cover(connection, day)
            for id in events.put(connection, late.get(day, ()), reviewed=True):
                if chance.random() < 0.2:
                    status = chance.choice([Status.withdrawn, Status.confirmed])
                    events.rule(connection, [id], status, "person", "tried", end_of(day))
        with asking(engine) as connection:
            said[day] = answers(connection, claims, day)
    assert len(said) > 40
    assert len({repr(row) for row in said.values()}) > 20, "the verdicts never changed: nothing was tried"
    with asking(engine) as connection:
        for day, then in said.items():
            assert answers(connection, claims, day) == then, day


def by_recorded_day(chance: random.Random) -> dict[date, list[Event]]:
    found: dict[date, list[Event]] = {}
    for event in all_events():
        status = Status.provisional if chance.random() < 0.2 else Status.confirmed
        day = max(event.hi, date(2025, 1, 27)) + timedelta(days=chance.choice([0, 0, 1, 10, 60, 120]))
        found.setdefault(day, []).append(replace(event, status=status))
    return found


def cover(connection: Any, day: date) -> None:
    for provider in ("openai", "anthropic"):
        for scope in ("api", "subscription"):
            row = {"source": SOURCE, "provider": provider, "scope": scope, "lo": "2023-02-01"}
            row |= {"hi": day.isoformat(), "recorded_at": end_of(day)}
            connection.execute(coverage.insert().values(row))


def answers(connection: Any, claims: Claims, day: date) -> Any:
    found = verdicts.answers(connection, claims, as_of=day, known_at=end_of(day))
    return found["predictions"]


def test_late_evidence_writes_a_new_verdict_beside_the_old_and_is_told(engine: Engine) -> None:
    settings = Settings("", Path(), channels=(Channel("team", ""),))
    claims = claims_files.registered()
    with writing(engine) as connection:
        bundled.load(connection, GATHERED)
        id = opus_of(connection)
        events.rule(connection, [id], Status.withdrawn, "person", "not seen yet", GATHERED)
    first, later = end_of(date(2026, 11, 23)), end_of(date(2026, 11, 24))
    with writing(engine) as connection:
        assert {j.why for j in record(connection, claims, settings, first)} == {"first judged"}
        assert connection.execute(select(alerts)).all() == [], "a first verdict alerts nobody"
        events.rule(connection, [id], Status.confirmed, "person", "seen in the archive", later)
        changed = record(connection, claims, settings, later)
        told = connection.execute(select(alerts)).all()
        log = verdicts.recorded(connection, later, "P2")
        then = verdicts.recorded(connection, first, "P2")
    assert [(j.prediction, j.rollup["H365"]) for j in changed] == [("P2", "partly")]
    assert "H365: refuted → partly" in changed[0].why
    assert "new evidence claude-opus-4-5" in changed[0].why
    assert [row.subject for row in told] == ["P2 of Deep Impact: H365 refuted → partly"]
    assert [row["rollup"]["H365"] for row in log] == ["partly", "refuted"]
    assert [row["rollup"]["H365"] for row in then] == ["refuted"]


def opus_of(connection: Any) -> int:
    found = events.find(connection, None, providers=["anthropic"], kinds=["successor_cheaper"])
    return next(e.id for e in found if e.day == date(2025, 11, 24))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Rule("verdicts", event=("verdict",)), 1),
        (Rule("cuts", event=("list_cut",)), 0),
        (Rule("of others", provider=("openai",), event=("verdict",)), 0),
    ],
)
def test_rules_say_who_is_told_of_a_verdict(engine: Engine, rule: Rule, told: int) -> None:
    settings = Settings("", Path(), channels=(Channel("team", ""),), rules=(rule,))
    with writing(engine) as connection:
        bundled.load(connection, GATHERED)
        record(connection, claims_files.registered(), settings, end_of(date(2026, 11, 23)))
        opus = opus_of(connection)
        later = end_of(date(2026, 11, 24))
        events.rule(connection, [opus], Status.withdrawn, "person", "tried", later)
        record(connection, claims_files.registered(), settings, later)
        assert len(connection.execute(select(alerts)).all()) == told


def test_an_undecided_event_never_moves_a_verdict_beyond_provisional(engine: Engine) -> None:
    claims = claims_files.registered()
    with writing(engine) as connection:
        register(connection, SOURCE, "facts", "", "", GATHERED)
        undecided = [replace(e, status=Status.provisional) for e in all_events()]
        events.put(connection, undecided, reviewed=True)
        found = answers(connection, claims, date(2026, 11, 23))
    findings = [f for row in found.values() for f in row["by_definition"].values()]
    states = {f[horizon] for f in findings for horizon in ("H90", "H365", "open")}
    assert "met_provisional" in states and "met" not in states
    assert found["P1"]["rollup"]["H90"] == "provisional"
    assert found["P1"]["by_definition"]["D1"]["n"] == 0
    assert found["P1"]["by_definition"]["D1"]["provisional"] == 3


def test_a_horizon_that_ends_within_thirty_days_is_told_once(engine: Engine) -> None:
    settings = Settings("", Path(), channels=(Channel("team", ""),))
    claims = claims_files.registered()
    told = []
    with writing(engine) as connection:
        bundled.load(connection, end_of(date(2025, 1, 1)))
        for day in (date(2025, 12, 1), date(2025, 12, 29), date(2025, 12, 30), date(2026, 1, 5)):
            told.append(
                [j for j in record(connection, claims, settings, end_of(day)) if j.prediction == "P1"]
            )
        rows = connection.execute(select(alerts)).all()
    assert [len(found) for found in told] == [1, 0, 1, 0]
    assert "H365 ends on 2026-01-29" in told[2][0].why
    assert len([r for r in rows if r.subject.startswith("P1")]) == 1
