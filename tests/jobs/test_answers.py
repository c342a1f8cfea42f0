"""F49, F50: what a webhook answers decides what becomes of a delivery, as the outbox shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests.jobs.acme import Clock, edges
from tests.loopback.pages import Pages
from tests.loopback.sinkd import Sink
from tracker.adapters.edges import Edges
from tracker.adapters.store import outbox
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.tables_alerts import alerts, deliveries
from tracker.deliver import deliver
from tracker.domain.alerts import Alert, Message
from tracker.domain.settings import Channel

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@dataclass
class Outbox:
    """One message for a webhook that answers as it is told to, and another channel beside it."""

    sink: Sink
    other: Sink
    edges: Edges
    clock: Clock

    def once(self, **later: int) -> Any:
        """The delivery after one more pass, some time later."""
        self.clock.later(**later)
        asyncio.run(deliver(self.edges, owner="daemon"))
        with asking(self.edges.engine) as connection:
            mine = select(deliveries).join(alerts).where(alerts.c.subject == "o3: $10 → $2")
            return connection.execute(mine).one()

    @property
    def ids(self) -> list[str]:
        return [request.headers["x-delivery-id"] for request in self.sink.received]


@pytest.fixture
def box(engine: Engine) -> Iterator[Outbox]:
    clock = Clock()
    with Sink() as sink, Sink() as other, Pages() as pages:
        channels = (Channel("team", f"{sink.url}/hook"), Channel("other", f"{other.url}/hook"))
        with writing(engine) as connection:
            message = Message("o3: $10 → $2", ("o3: $10 → $2",))
            outbox.put(connection, [Alert("r", "team", message)], None, clock.now())
        yield Outbox(sink, other, edges(engine, pages, channels=channels, clock=clock), clock)


def test_f49_a_service_that_asks_for_two_minutes_gets_them(box: Outbox) -> None:
    box.sink.mode, box.sink.retry_after = "429", "120"
    assert box.once().state == "waiting"
    box.sink.mode = "ok"
    assert box.once(seconds=119).state == "waiting" and len(box.ids) == 1
    assert box.once(seconds=2).state == "sent"
    assert box.ids[0] == box.ids[1] and "repeat" not in box.sink.texts[1]


@pytest.mark.parametrize("mode", ["drop", "stall"])
def test_f49_what_may_have_arrived_is_sent_again_under_the_same_id_and_says_so(
    mode: str, box: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.adapters.notify.BOUND_SECONDS", 0.5)
    box.sink.mode = mode
    row = box.once()
    assert row.state == "waiting" and row.uncertain and "unknown whether it arrived" in row.last_error
    monkeypatch.undo()
    box.sink.mode = "ok"
    assert box.once(hours=1).state == "sent"
    assert box.ids[0] == box.ids[1] and "may be a repeat" in box.sink.texts[1]


@pytest.mark.parametrize("status", ["401", "404", "410"])
def test_f49_a_refusal_for_good_is_dead_told_on_another_channel_and_retried_by_hand(
    status: str, box: Outbox
) -> None:
    box.sink.mode = status
    row = box.once()
    assert row.state == "dead" and f"HTTP {status}" in row.last_error
    box.sink.mode = "ok"
    assert box.once(hours=1).state == "dead" and len(box.ids) == 1
    assert "Channel team does not deliver" in str(box.other.texts) and status in str(box.other.texts)
    with writing(box.edges.engine) as connection:
        assert outbox.retry(connection, [row.id], box.clock.now()) == 1
    assert box.once().state == "sent"
    assert "Channel team delivers again" in str(box.other.texts)


def test_f50_a_webhook_that_redirects_to_a_page_that_says_ok_has_not_taken_the_message(box: Outbox) -> None:
    box.sink.mode = "302"
    row = box.once()
    assert row.state != "sent" and "302" in row.last_error
    assert [r.method for r in box.sink.received] == ["POST"] * len(box.ids)
    assert "/landing" not in [r.path for r in box.sink.received]
