"""A source that nobody saw well for too long is told once, whatever kept it, and once when it is over."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from tests.jobs.acme import Clock, edges, text
from tests.jobs.test_check import LIST, alerts, pages, run
from tests.loopback.pages import Pages
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.tables_alerts import alerts as table
from tracker.domain.health import stale_after
from tracker.domain.settings import Channel, Rule
from tracker.domain.wording import moment
from tracker.overdue import tell_stale

__all__ = ["pages"]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def said(engine: Engine) -> str:
    """The first line of the newest alert."""
    with asking(engine) as connection:
        newest = select(table.c.message).order_by(table.c.id.desc()).limit(1)
        line: str = json.loads(connection.scalar(newest) or "")["lines"][0]
        return line


def test_a_source_that_is_not_looked_at_is_told_once_as_stale_and_once_as_well_again(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(one)
    clock.later(days=1)
    run(one)
    begun, patience = clock.now(), stale_after(one.sources["acme"].every)

    def told() -> list[str]:
        with writing(engine) as connection:
            return tell_stale(connection, one.settings, one.sources, begun, clock.now())

    clock.at += patience
    assert told() == []
    clock.at += timedelta(seconds=1)
    assert [told(), told()] == [["acme"], []]
    assert [a["subject"] for a in alerts(engine)] == ["acme is stale"]
    run(one)
    assert sorted(a["subject"] for a in alerts(engine)) == ["acme is stale", "acme is well again"]
    assert said(engine) == f"acme is well again; it had been stale since {moment(begun)}."
    assert told() == []


def test_a_tracker_that_did_not_run_looks_first(engine: Engine, pages: Pages) -> None:
    clock = Clock()
    one = edges(engine, pages, clock=clock)
    run(one)
    clock.later(days=30)
    with writing(engine) as connection:
        assert tell_stale(connection, one.settings, one.sources, clock.now(), clock.now()) == []


def test_who_heard_of_a_trouble_hears_its_end_whatever_rules_are_set_by_then(
    engine: Engine, pages: Pages
) -> None:
    clock = Clock()
    two = (Channel("team", "http://127.0.0.1:9/"), Channel("desk", "http://127.0.0.1:9/"))
    one = edges(engine, pages, clock=clock, channels=two)
    run(one)
    pages.put("/acme", "nothing of the kind")
    for _ in range(2):
        clock.later(hours=1)
        run(one, again=True)
    assert sorted(a["channel"] for a in alerts(engine)) == ["desk", "team"]
    ops = (Rule("ops", event=("source",), to=("team",)),)
    later = replace(one, settings=replace(one.settings, rules=ops))
    pages.put("/acme", text(LIST))
    clock.later(hours=1)
    run(later)
    ends = [(a["channel"], a["rule"]) for a in alerts(engine) if "well again" in a["subject"]]
    assert sorted(ends) == [("desk", "default"), ("team", "ops")]
