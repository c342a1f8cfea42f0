"""A changed page on its whole way: a real server, a real store, each move in one alert at the webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from scrapers.catalog import sources
from tests.jobs.acme import Clock, edges
from tests.loopback.pages import Pages
from tests.loopback.sinkd import Sink
from tests.scrapers import damage
from tests.scrapers.in_place import edited, stated
from tests.scrapers.test_changed_pages import dice_for, places, watch
from tests.scrapers.watching import Saved, saved
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.store import questions
from tracker.adapters.store import sources as states
from tracker.adapters.store.engine import asking
from tracker.adapters.store.filters import Filters
from tracker.check import check
from tracker.deliver import deliver
from tracker.domain.model import Move, Status
from tracker.domain.settings import Channel

SHAPES = (  # the newest of our own pages of each source and kind
    ("anthropic", ".md"),
    ("anthropic", ".html"),
    ("claude", ".html"),
    ("deepseek", ".html"),
    ("openai", "2026-08-21.html"),
    ("openai", ".md"),
    ("openrouter", ".json"),
)
PAGES = [
    [p for p in saved(source, ending=ending) if "__" not in p.file.name][-1] for source, ending in SHAPES
]

pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"]),
    pytest.mark.parametrize("page", PAGES, ids=str),
]


@pytest.fixture
def served() -> Iterator[Pages]:
    with Pages() as pages:
        yield pages


def watching(engine: Engine, served: Pages, sink: Sink, page: Saved) -> Edges:
    """What looks at the page under its source's own name, a week after the page's day."""
    channel = Channel("team", f"json://{sink.url.removeprefix('http://')}/hook")
    one = edges(engine, served, channels=(channel,), clock=Clock(watch(page).at))
    source = replace(sources()[page.source], url=served.url("/pricing"))
    allowed = one.settings.look.allow_private | {sink.url.removeprefix("http://")}
    look = replace(one.settings.look, allow_private=allowed)
    return replace(one, sources={page.source: source}, settings=replace(one.settings, look=look))


def looked(one: Edges, served: Pages, page: Saved, text: str) -> list[str]:
    """The outcome of a `check` of the page, and after it what waits is delivered."""
    served.put("/pricing", text, page.media_type)
    one = replace(one, fetcher=Fetcher(one.settings.look, now=one.clock.now))  # a loop of its own

    async def job() -> list[str]:
        try:
            await one.write(states.register, one.sources.values(), one.clock.now())
            outcomes = [done.outcome for done in await check(one, list(one.sources))]
            await deliver(one, owner="test")
            return outcomes
        finally:
            await one.fetcher.aclose()

    return asyncio.run(job())


def moves(engine: Engine) -> list[Move]:
    with asking(engine) as connection:
        return questions.find_moves(connection, Filters())


def test_k_changed_prices_are_k_moves_in_one_alert_and_the_same_page_again_is_none(
    engine: Engine, served: Pages, page: Saved, database: str
) -> None:
    chosen = dice_for(page, "told").sample(places(page), 3)
    changed = edited(page.text, [e for line in chosen for e in line.times(page.text, "0.8")])
    with Sink() as sink:
        one = watching(engine, served, sink, page)
        for text in (page.text, page.text, changed, changed):
            assert looked(one, served, page, text) == ["well"]
            one.clock.later(hours=1)  # type: ignore[attr-defined]
        found = moves(engine)
        assert {(m.series.key, m.before, m.after) for m in found} == {
            (watch(page).key(o), o.price, o.price * Decimal("0.8")) for line in chosen for o in line.offers
        }
        assert {m.status for m in found} == {Status.confirmed}
        assert len(sink.received) == 1
        assert all(m.model in sink.received[0].text for m in found)


def test_a_damaged_page_is_no_move_and_no_alert_of_one(
    engine: Engine, served: Pages, page: Saved, database: str
) -> None:
    dice, text = dice_for(page, "damaged"), page.text
    lines = stated(page, watch(page).before.offers)
    damaged = (damage.without_tables(text), damage.cut(text, 0.5), damage.noise(text, dice), damage.CHALLENGE)
    with Sink() as sink:
        one = watching(engine, served, sink, page)
        assert looked(one, served, page, text) == ["well"]
        for broken in (*damaged, damage.shifted(text, lines), damage.swapped(text, lines, *damage.COLUMNS)):
            looked(one, served, page, broken)
            one.clock.later(hours=1)  # type: ignore[attr-defined]
        assert not [m for m in moves(engine) if m.status is Status.confirmed]
        assert not [r for r in sink.received if "→" in r.text]
        assert looked(one, served, page, text) == ["well"]
        with asking(engine) as connection:
            held = questions.prices_at(connection, one.clock.now(), one.clock.now(), Filters())
        assert {(row["model"].casefold(), row["price"]) for row in held} <= {
            (k.series.model, k.price) for k in watch(page).known.values()
        }
