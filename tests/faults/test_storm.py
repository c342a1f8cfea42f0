"""F42, F48: a tracker that is killed as it makes one message of many tells all of them, and once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from tests.faults import invariants
from tests.faults.market import Forked, Market
from tests.loopback.sinkd import Sink
from tracker.adapters.store import outbox
from tracker.adapters.store.engine import writing
from tracker.domain.alerts import Alert, Message
from tracker.domain.digests import STORM

pytestmark = pytest.mark.catalogue


@pytest.mark.parametrize("point", ["", "before gather of an alert", "after gather of an alert"])
def test_f42_a_storm_is_one_message_whenever_the_tracker_is_killed(
    point: str, watched: Forked, market: Market, sink: Sink, engine: Engine
) -> None:
    with writing(engine) as connection:
        messages = [Message(f"n{n}", (f"line {n}.",)) for n in range(STORM + 1)]
        wanted = [Alert("r", "sink", message, event="article") for message in messages]
        outbox.put(connection, wanted, None, datetime.now(UTC))
    if point:
        watched.up(trap=point)
        assert watched.ended() == -9
        assert sink.received == []
    watched.up()
    sink.wait(1, 20)
    watched.settle_down(market, engine)
    (text,) = sink.texts
    assert text.startswith("41 messages at once: 41 notices")
    assert all(f"line {n}." in text for n in range(STORM))
    assert invariants.misdelivered(engine, sink) == []
