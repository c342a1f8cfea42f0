"""What `alerts preview` and `alerts explain` say of the past is what was really sent by these rules."""

from __future__ import annotations

import random
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests.jobs.told import Told
from tracker.adapters.store import channels, silences
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.tables_alerts import alert_moves, alerts, deliveries
from tracker.domain.schedule import Daily, Hours
from tracker.domain.settings import Rule
from tracker.preview import explain, preview

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

RULES = (
    Rule("big cuts", direction="cut", min_pct=Decimal(5), to=("team",)),
    Rule("cheap", below=Decimal(10), to=("team", "mail")),
    Rule("creep", min_pct=Decimal(4), min_amount=Decimal("0.5"), to=("mail",), digest=Daily(time(9))),
    Rule("one model", model=("m1*",), quiet=(Hours(time(22), time(7), "Europe/Berlin"),)),
)
NAMES = ("team", "mail", "ops")


def written(engine: Engine) -> list[tuple[Any, ...]]:
    """The alerts in the store: when, by which rule, to whom, of which moves."""
    told: dict[tuple[Any, ...], set[int]] = {}
    with asking(engine) as connection:
        for row in connection.execute(
            select(alerts.c.id, alerts.c.created_at, deliveries.c.channel, alerts.c.rule, alert_moves.c.move)
            .join(deliveries, deliveries.c.alert == alerts.c.id)
            .join(alert_moves, alert_moves.c.alert == alerts.c.id)
        ):
            told.setdefault((row.id, row.created_at, row.channel, row.rule), set()).add(row.move)
    return sorted((at, channel, rule, tuple(sorted(ids))) for (_, at, channel, rule), ids in told.items())


@pytest.mark.parametrize("seed", range(3))
def test_preview_and_explain_of_the_past_are_what_was_sent(engine: Engine, seed: int) -> None:
    """Sixty looks at prices that creep and jump, with a silence in the middle."""
    chance = random.Random(seed)
    told = Told(engine, *RULES, channels=NAMES)
    begin = told.clock.now()
    with writing(engine) as connection:
        channels.enrol(connection, NAMES, begin)
    prices = {f"m{n}": Decimal(10) for n in range(4)}
    ids: list[int] = []
    for step in range(60):
        told.clock.later(hours=5)
        if step == 20:
            with writing(engine) as connection:
                until = told.clock.now() + timedelta(days=2)
                silences.put(connection, until=until, now=told.clock.now(), rule="creep")
        changes = []
        for model in chance.sample(sorted(prices), chance.randint(1, 3)):
            factor = Decimal(chance.choice(["0.98", "0.99", "1.01", "1.02", "0.9", "1.11"]))
            before, prices[model] = prices[model], (prices[model] * factor).quantize(Decimal("0.0001"))
            changes.append((model, before, prices[model]))
        ids += [m.id for m in told.moves(changes)]
    really = written(engine)
    with asking(engine) as connection:
        rows = preview(connection, told.edges.settings, begin, told.clock.now())
        fired = {
            (id, row.rule, row.channel)
            for id in ids
            for row in explain(connection, told.edges.settings, id)[1]
            if row.fires
        }
    assert sorted((r.at, r.channel, r.rule, tuple(sorted(r.moves))) for r in rows) == really
    assert fired == {(id, rule, channel) for _, channel, rule, found in really for id in found}
    assert {rule for _, _, rule, _ in really} == {rule.name for rule in RULES}
