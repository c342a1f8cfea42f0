"""F52: one change of a price is told once, however often, by whom and after what it is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import Engine

from tests.jobs.acme import Clock, edges, source, text
from tests.jobs.test_check import LIST, run
from tests.jobs.told import Post
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.store import outbox
from tracker.adapters.store.engine import writing
from tracker.deliver import deliver
from tracker.domain.settings import Channel

pytestmark = [
    pytest.mark.catalogue,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@dataclass
class Watch:
    """Acme's price list on two pages of it, and what was told."""

    edges: Edges
    pages: Pages
    clock: Clock
    post: Post = field(default_factory=Post)

    def show(self, price: str, *paths: str) -> None:
        for path in paths or ("/acme", "/acme-cn"):
            self.pages.put(path, text(LIST | {"a": price}))

    def look(self, *ids: str, minutes: int = 60) -> None:
        """A single look at each, and whatever waits is sent."""
        self.clock.later(minutes=minutes)
        run(self.edges, ids or ("acme",), again=True)
        self.deliver()

    def deliver(self) -> None:
        asyncio.run(deliver(self.edges, owner="daemon", send=self.post))

    def restart(self) -> None:
        with writing(self.edges.engine) as connection:
            outbox.release(connection, "daemon", self.clock.now())


@pytest.fixture
def watch(engine: Engine) -> Iterator[Watch]:
    clock = Clock()
    with Pages() as pages:
        one = edges(engine, pages, clock=clock, channels=(Channel("team", "http://127.0.0.1:9/"),))
        second = replace(source(pages, "acme-cn"), provider="acme")
        watch = Watch(replace(one, sources={**one.sources, "acme-cn": second}), pages, clock)
        watch.show("3")
        watch.look("acme", "acme-cn")
        yield watch


def seen_by_three_polls(watch: Watch) -> None:
    watch.show("2")
    for _ in range(4):
        watch.look()


def seen_by_two_sources(watch: Watch) -> None:
    watch.show("2")
    for _ in range(3):
        watch.look("acme", "acme-cn")


def seen_by_a_second_source_hours_later(watch: Watch) -> None:
    watch.show("2", "/acme")
    watch.look()
    watch.look()
    watch.show("2")
    watch.look("acme-cn")
    watch.look("acme-cn", "acme")


def restarted_at_every_step(watch: Watch) -> None:
    watch.show("2")
    for _ in range(3):
        watch.restart()
        watch.look()
        watch.restart()


def restarted_between_the_record_and_the_message(watch: Watch) -> None:
    watch.show("2")
    watch.look()
    watch.post.down = {"team"}
    watch.look()
    watch.restart()
    watch.post.down = set()
    watch.deliver()
    watch.look()


def there_and_back_before_it_was_confirmed(watch: Watch) -> None:
    for price in ("2", "3", "2", "3"):
        watch.show(price)
        watch.look(minutes=1)


def there_and_back_and_then_to_stay(watch: Watch) -> None:
    for price in ("2", "3", "2", "2", "2"):
        watch.show(price)
        watch.look(minutes=10)


@pytest.mark.parametrize(
    ("ordeal", "times"),
    [
        (seen_by_three_polls, 1),
        (seen_by_two_sources, 1),
        (seen_by_a_second_source_hours_later, 1),
        (restarted_at_every_step, 1),
        (restarted_between_the_record_and_the_message, 1),
        (there_and_back_before_it_was_confirmed, 0),
        (there_and_back_and_then_to_stay, 1),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_f52_a_change_is_told_once(ordeal: Callable[[Watch], None], times: int, watch: Watch) -> None:
    ordeal(watch)
    told = [subject for subject in watch.post.subjects() if "→" in subject]
    assert told == ["Acme a: input $3 → $2, output $3 → $2 per 1M tokens (−33 %)"] * times
    assert watch.post.repeats == 0 and len(set(watch.post.ids)) == len(watch.post.ids)
