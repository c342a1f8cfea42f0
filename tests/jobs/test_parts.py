"""F51: a message in several parts that is broken off goes on where it stopped, in another process too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from tests.jobs.acme import Clock, edges
from tests.loopback.pages import Pages
from tests.loopback.sinkd import Sink
from tracker.adapters import notify
from tracker.adapters.edges import Edges
from tracker.adapters.store import outbox, questions
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.tables_alerts import deliveries
from tracker.deliver import Delivered, deliver
from tracker.domain.alerts import Alert, Message
from tracker.domain.settings import Channel

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LONG = Message("36 models moved", tuple(f"model {n}: {'x' * 390} end {n}" for n in range(36)))
PARTS = 4


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def one(engine: Engine, sink: Sink, clock: Clock) -> Edges:
    """Two channels, a message for each; nobody listens on the second."""
    channels = (Channel("a", f"{sink.url}/hook"), Channel("b", "http://127.0.0.1:9/"))
    with Pages() as pages, writing(engine) as connection:
        outbox.put(connection, [Alert("r", c.name, LONG) for c in channels], None, clock.now())
        return edges(engine, pages, channels=channels, clock=clock)


def once(one: Edges, owner: str = "daemon") -> Delivered:
    return asyncio.run(deliver(one, owner=owner))


def lines_of(sink: Sink) -> list[int]:
    """Which lines arrived, in order: a broken-off part is not read by anybody."""
    text = "\n".join(sink.texts)
    return [n for n in range(36) for _ in range(text.count(f"end {n}\n") + text.endswith(f"end {n}"))]


def test_f51_after_a_restart_only_the_parts_that_are_missing_are_sent_again(
    one: Edges, sink: Sink, clock: Clock, engine: Engine
) -> None:
    sink.script = ["ok", "ok", "500"]
    assert once(one) == Delivered(failed=2)
    refused = sink.received.pop()
    with asking(engine) as connection:
        rows = connection.execute(select(deliveries)).all()
        parts = {row.channel: row.parts_sent for row in rows}
    assert parts == {"a": 2, "b": 0}
    with writing(engine) as connection:  # the tracker is started anew
        assert outbox.release(connection, "daemon", clock.now()) == 0
    assert once(one) == Delivered(sent=1, failed=1)
    assert sink.received[2].text == refused.text
    assert len(sink.received) == PARTS
    assert lines_of(sink) == list(range(36))
    assert "repeat" not in "".join(sink.texts)


def test_f51_what_a_killed_tracker_had_in_hand_is_sent_again_and_says_so(
    one: Edges, sink: Sink, clock: Clock, engine: Engine
) -> None:
    async def killed(*args: object, **how: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        asyncio.run(deliver(one, owner="daemon", send=killed))
    with writing(engine) as connection:
        assert outbox.release(connection, "daemon", clock.now()) >= 1
    once(one)
    assert lines_of(sink) == list(range(36))
    assert "This may be a repeat" in sink.texts[-1]


def test_f51_each_channel_has_a_state_of_its_own(one: Edges, sink: Sink, engine: Engine) -> None:
    assert once(one) == Delivered(sent=1, failed=1)
    with asking(engine) as connection:
        rows = {r["channel"]: r["state"] for r in questions.alert_rows(connection)}
    assert rows == {"a": "sent", "b": "waiting"}
    assert len(sink.received) == PARTS
    assert outbox.LEASE.total_seconds() > notify.BOUND_SECONDS


def test_f51_the_mark_of_a_repeat_does_not_shift_what_the_parts_hold(
    one: Edges, sink: Sink, clock: Clock, engine: Engine
) -> None:
    sink.script = ["ok", "ok", "drop"]
    once(one)
    sink.received.pop()
    clock.later(hours=1)
    assert once(one) == Delivered(sent=1, failed=1)
    assert lines_of(sink) == list(range(36))
    assert "This may be a repeat" in "".join(sink.texts[2:])
