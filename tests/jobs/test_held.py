"""A held move in a digest: nobody is asked for a word that was given, or hears the end of what was unsaid."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import Engine

from tests.jobs.acme import Clock, edges, text
from tests.jobs.test_check import LIST, moves, pages, run
from tests.jobs.told import Post
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.store.engine import writing
from tracker.deliver import deliver
from tracker.domain.model import Status
from tracker.domain.schedule import Daily
from tracker.domain.settings import Channel, Rule
from tracker.ruling import rule

__all__ = ["pages"]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def _watch(engine: Engine, pages: Pages, clock: Clock) -> Edges:
    one = edges(engine, pages, clock=clock, channels=(Channel("mail", "http://127.0.0.1:9/"),))
    daily = (Rule("daily", digest=Daily(time(9))),)
    return replace(one, settings=replace(one.settings, rules=daily))


def _hold(one: Edges, pages: Pages, prices: dict[str, str]) -> None:
    pages.put("/acme", text(LIST | prices))
    run(one, again=True)


def _rule(engine: Engine, one: Edges, clock: Clock, status: Status, model: str) -> None:
    ids = [m.id for m in moves(engine) if m.model == model and m.status is Status.held]
    with writing(engine) as connection:
        rule(connection, ids, status, "their post says so", clock.now(), one.settings, {})


@pytest.mark.parametrize("status", [Status.confirmed, Status.withdrawn])
def test_a_digest_asks_for_no_word_that_was_given(engine: Engine, pages: Pages, status: Status) -> None:
    clock, post = Clock(), Post()
    one = _watch(engine, pages, clock)
    asyncio.run(deliver(one, owner="daemon", send=post))
    run(one)
    _hold(one, pages, {"a": "0.2"})
    _rule(engine, one, clock, status, "a")
    clock.later(days=1)
    asyncio.run(deliver(one, owner="daemon", send=post))
    said = "\n".join(line for _, message in post.sent for line in message.lines)
    assert "is held" not in said and "no longer held" not in said
    assert ("$3 → $0.20" in said) is (status is Status.confirmed)


def test_a_digest_asks_for_the_word_that_is_still_wanted_and_says_what_became_of_the_rest(
    engine: Engine, pages: Pages
) -> None:
    clock, post = Clock(), Post()
    one = _watch(engine, pages, clock)
    asyncio.run(deliver(one, owner="daemon", send=post))
    run(one)
    _hold(one, pages, {"a": "0.2"})
    clock.later(minutes=10)
    _hold(one, pages, {"a": "0.2", "b": "60"})
    _rule(engine, one, clock, Status.withdrawn, "a")
    clock.later(days=1)
    asyncio.run(deliver(one, owner="daemon", send=post))
    (message,) = [message for _, message in post.sent]
    said = "\n".join(message.lines)
    assert "Acme b" in said and "is held" in said and "tracker moves confirm" in said
    assert "Acme a" not in said
