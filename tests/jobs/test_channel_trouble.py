"""A channel that delivers nothing is told of on the others, once, and once more when it delivers again."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.jobs.told import Told
from tracker.adapters.store import questions
from tracker.adapters.store.engine import asking
from tracker.domain.settings import Rule

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DOWN, UP = "Channel team does not deliver", "Channel team delivers again"


def about_channels(told: Told, channel: str = "mail") -> list[str]:
    return [s for s in told.post.subjects(channel) if s.startswith("Channel")]


def hours(told: Told, count: int) -> None:
    for _ in range(6 * count):
        told.clock.later(minutes=10)
        told.deliver()


def test_f49_a_refusal_for_good_is_told_on_the_other_channels_once(engine: Engine) -> None:
    told = Told(engine, channels=("team", "mail"))
    told.post.refuses = {"team"}
    for n in range(3):
        told.move(f"m{n}", 10, 2)
        told.deliver()
    assert about_channels(told) == [DOWN]
    ((_, message),) = [sent for sent in told.post.sent if sent[1].subject == DOWN]
    assert "since 2026-08-01 12:00 UTC: nobody answers" in message.lines[0]
    told.post.refuses = set()
    told.move("m4", 10, 2)
    told.deliver()
    assert about_channels(told) == [DOWN, UP]
    assert about_channels(told, "team") == []


def test_a_channel_that_is_down_is_told_after_an_hour_and_not_again(engine: Engine) -> None:
    told = Told(engine, channels=("team", "mail"))
    told.post.down = {"team"}
    told.move("m", 10, 2)
    told.deliver()
    hours(told, 1)
    assert about_channels(told) == []
    told.restart()
    hours(told, 12)
    assert about_channels(told) == [DOWN]
    told.post.down = set()
    hours(told, 7)
    assert about_channels(told) == [DOWN, UP]


def test_a_short_trouble_is_told_to_nobody(engine: Engine) -> None:
    told = Told(engine, channels=("team", "mail"))
    told.post.down = {"team"}
    told.move("m", 10, 2)
    told.deliver()
    told.post.down = set()
    hours(told, 2)
    assert about_channels(told) == []


def test_two_channels_that_are_both_down_do_not_tell_of_each_other_for_ever(engine: Engine) -> None:
    told = Told(engine, channels=("team", "mail"))
    told.post.refuses = {"team", "mail"}
    for n in range(5):
        told.move(f"m{n}", 10, 2)
        hours(told, 1)
    with asking(engine) as connection:
        rows = [r for r in questions.alert_rows(connection) if r["event"] == "channel"]
    assert sorted((r["channel"], r["subject"], r["state"]) for r in rows) == [
        ("mail", DOWN, "dead"),
        ("team", "Channel mail does not deliver", "dead"),
    ]


def test_the_only_channel_tells_of_its_trouble_in_the_list_of_alerts(engine: Engine) -> None:
    told = Told(engine)
    told.post.refuses = {"team"}
    told.move("m", 10, 2)
    told.deliver()
    with asking(engine) as connection:
        (row,) = questions.alert_rows(connection)
    assert row["state"] == "dead" and row["last_error"] == "channel team: nobody answers"


def test_a_rule_chooses_who_hears_of_a_channel(engine: Engine) -> None:
    told = Told(
        engine, Rule("all"), Rule("ours", event=("channel",), to=("ops",)), channels=("a", "b", "ops")
    )
    told.post.refuses = {"a"}
    told.move("m", 10, 2)
    told.deliver()
    assert about_channels(told, "ops") == ["Channel a does not deliver"]
    assert about_channels(told, "b") == []
