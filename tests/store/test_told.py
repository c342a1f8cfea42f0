"""What channels were told, and what moved since, as thresholds ask it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Engine, update

from tests.jobs.told import Told
from tracker.adapters.store.engine import writing
from tracker.adapters.store.tables import moves
from tracker.domain.settings import Rule


def test_a_move_that_waited_when_a_channel_was_set_counts_from_the_price_that_held_then(
    engine: Engine,
) -> None:
    told = Told(engine, Rule("r", min_pct=Decimal(5)))
    waiting = told.move("o3", 100, 97)
    told.clock.later(hours=1)
    told.deliver()  # notes since when the channel is set
    told.clock.later(hours=1)
    with writing(engine) as connection:
        confirmed_at = told.clock.now() - timedelta(minutes=30)
        connection.execute(update(moves).where(moves.c.id == waiting.id).values(status_at=confirmed_at))
    told.move("o3", 97, 94)
    told.deliver()
    assert told.post.subjects() == ["Acme o3: input $100 → $94 per 1M tokens (−6 %)"]


def test_what_moved_before_a_channel_was_set_is_no_news_to_it(engine: Engine) -> None:
    told = Told(engine, Rule("r", min_pct=Decimal(5)))
    told.move("o3", 100, 97)
    told.clock.later(hours=1)
    told.deliver()
    told.move("o3", 97, 94)
    told.deliver()
    assert told.post.subjects() == []
