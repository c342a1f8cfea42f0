"""Random rules over random prices: what is told, and from which price, is what the documents say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from scrapers.page import Terms
from scrapers.source import Source
from tests.demo.inboxes import key_of, lines_of
from tests.demo.reference import Key, Moved, Pair, expected, in_order
from tests.jobs.acme import lines
from tests.jobs.told import Told
from tracker.adapters.store import channels, moves, outbox, sources
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.series import series_ids
from tracker.announce import announce_moves
from tracker.domain.model import Move, Series, Status
from tracker.domain.schedule import Daily, Hours
from tracker.domain.settings import Rule

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

D = Decimal
NAMES = ("team", "mail", "ops")
KINDS = {"openai": "providers", "groq": "hosts", "openrouter": "catalogs", "azure": "catalogs"}
SOURCES = {"azure": "litellm"}  # whose own list it is not: else the source is the provider
MODELS = {"openai": "gpt-%d", "groq": "llama-%d", "openrouter": "qwen-%d", "azure": "claude-%d"}
MAKERS = {"openai": "openai", "groq": "meta", "openrouter": "alibaba", "azure": "anthropic"}
BERLIN = "Europe/Berlin"
DIGESTS = (Daily(time(9), BERLIN), Daily(time(2, 30), BERLIN), Daily(time(18, 30), "UTC", frozenset({0, 3})))
HOURS = (Hours(time(22), time(7), BERLIN), Hours(time(0), time(0), BERLIN, frozenset({5, 6})))


@dataclass(frozen=True, slots=True)
class Random:
    """One example: its rules, what is watched, and a number that keeps its models apart."""

    number: int
    chance: random.Random

    def some(self, *of: object, often: float = 0.3) -> tuple[object, ...]:
        if self.chance.random() > often:
            return ()
        return tuple(self.chance.sample(of, self.chance.randint(1, max(1, len(of) - 1))))

    def maybe(self, of: list[str] | tuple[object, ...], often: float = 0.3) -> object:
        return self.chance.choice(of) if self.chance.random() < often else None

    def rules(self) -> tuple[Rule, ...]:
        return tuple(self.rule(place) for place in range(self.chance.randint(0, 5)))

    def rule(self, place: int) -> Rule:
        number = self.number
        return Rule(
            f"rule {place}",
            provider=self.some(*KINDS),  # type: ignore[arg-type]
            maker=self.some(*MAKERS.values(), often=0.15),  # type: ignore[arg-type]
            model=self.some(f"gpt-{number}*", "groq/*", f"*-{number}?", "qwen-*", often=0.2),  # type: ignore[arg-type]
            meter=self.some("input_mtok", "output_mtok", often=0.2),  # type: ignore[arg-type]
            tier=self.some("standard", "batch", often=0.2),  # type: ignore[arg-type]
            event=self.some("list_cut", "list_rise", "promo", often=0.3),  # type: ignore[arg-type]
            direction=str(self.maybe(("cut", "rise"), 0.4) or ""),
            source_kind=self.some(*KINDS.values(), often=0.15),  # type: ignore[arg-type]
            watch=self.chance.choice(("watched", "all", "all", "background")),
            min_pct=D(str(self.maybe(("2", "5", "5", "12.5"), 0.5) or 0)),
            min_amount=D(str(self.maybe(("0.2", "0.5"), 0.2) or 0)),
            below=D(str(self.maybe(("9", "9.9"), 0.2) or 0)) or None,
            above=D(str(self.maybe(("9.5", "10.2"), 0.2) or 0)) or None,
            to=self.some(*NAMES, often=0.7),  # type: ignore[arg-type]
            digest=self.maybe(DIGESTS, 0.25),  # type: ignore[arg-type]
            quiet=self.some(*HOURS, often=0.25),  # type: ignore[arg-type]
        )

    def looks(self, begin: datetime, count: int) -> Iterator[tuple[datetime, str, list[Move]]]:
        """Prices that creep, turn and jump: at each look some of one provider's."""
        price: dict[Series, Decimal] = {}
        at = begin
        for _ in range(count):
            at += timedelta(hours=self.chance.randint(1, 20), minutes=7)
            provider = self.chance.choice(list(KINDS))
            found = []
            for place in self.chance.sample(range(3), self.chance.randint(1, 2)):
                tier = self.chance.choice(("", "", "batch"))
                meter = self.chance.choice(("input_mtok", "output_mtok"))
                name = MODELS[provider] % (self.number * 10 + place)
                series = Series(provider, name, meter, Terms(tier=tier), "USD")
                before = price.get(series, D(10))
                step = self.chance.choice(("0.99", "0.98", "1.01", "1.02", "1.03", "0.97", "0.85", "1.2"))
                after = price[series] = (before * D(step)).quantize(D("0.0001"))
                event = "list_cut" if after < before else "list_rise"
                found.append(
                    Move(series, before, after, at=at, recorded_at=at, status=Status.confirmed, event=event,
                         reason="confirmed by a second look", source=SOURCES.get(provider, provider))
                )  # fmt: skip
            yield at, provider, found


def tell(told: Told, example: Random, count: int) -> list[Moved]:
    """Announce the moves, and deliver what is due as time goes by."""
    done = []
    for at, provider, found in example.looks(told.clock.now(), count):
        deliver_until(told, at)
        source = SOURCES.get(provider, provider)
        told.clock.at = at
        with writing(told.engine) as connection:
            ids = series_ids(connection, {m.series for m in found})
            kept = [
                replace(m, id=moves.insert(connection, m, ids[m.series.key], source, None)) for m in found
            ]
            announce_moves(connection, told.edges.settings, kept, source=source, kind=KINDS[provider],
                           page_url="https://example.com", now=at)  # fmt: skip
        told.deliver()
        done += [
            Moved(at, source, KINDS[provider],
                  (provider, m.series.model, m.series.meter, m.series.terms.tier),
                  m.series.terms.tier, MAKERS[provider], m.event, m.before, m.after)
            for m in found
        ]  # fmt: skip
    deliver_until(told, told.clock.now() + timedelta(days=9))
    return done


def deliver_until(told: Told, until: datetime) -> None:
    while True:
        with asking(told.engine) as connection:
            due = outbox.next_try(connection, NAMES)
        if due is None or due > until:
            return
        told.deliver(max(due, told.clock.now()))


def differences(engine: Engine, seeds: range, count: int) -> list[str]:
    found = []
    told = Told(engine, channels=NAMES)
    stamps: list[datetime] = []

    class Sent(list[object]):
        def append(self, item: object) -> None:
            stamps.append(told.clock.now())
            super().append(item)

    told.post.sent = Sent()  # type: ignore[assignment]
    with writing(engine) as connection:
        channels.enrol(connection, NAMES, told.clock.now())
        own = [
            Source("https://example.com", lines, SOURCES.get(id, id), id=SOURCES.get(id, id), kind=kind)
            for id, kind in KINDS.items()
        ]
        sources.register(connection, own, told.clock.now())
    for seed in seeds:
        example = Random(seed + 1, random.Random(seed))
        watch = example.some("openai", f"groq/llama-{example.number}0", "openrouter")
        rules = example.rules()
        settings = replace(told.edges.settings, rules=rules, watch=watch)  # type: ignore[arg-type]
        told.edges = replace(told.edges, settings=settings)
        told.post.sent.clear()
        stamps.clear()
        done = tell(told, example, count)
        known = {m.line for m in done}
        must = expected(done, rules, NAMES, watch)  # type: ignore[arg-type]
        for name in NAMES:
            got: list[tuple[datetime, dict[Key, Pair]]] = [
                (at, {key_of(x, known): (x.before, x.after) for x in lines_of("\n".join(message.lines))})
                for at, (to, message) in zip(stamps, told.post.sent, strict=True)
                if to == name
            ]
            want = in_order((p.due, p.lines) for p in must[name])
            got = in_order(got)
            if got != want:
                at = next(i for i in range(10**6) if got[i : i + 1] != want[i : i + 1])
                found.append(f"{seed} {name} {at}: must be {want[at : at + 1]}, is {got[at : at + 1]}")
    return found


def test_random_rules_tell_what_the_documents_say(engine: Engine) -> None:
    assert differences(engine, range(12), 22) == []
