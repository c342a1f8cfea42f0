"""What the store says of how prices went: indexes, premiums and what hosts ask, by day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Connection

from tracker.adapters import facts
from tracker.adapters.store import events
from tracker.adapters.store.spans import spans_of
from tracker.domain.facts import GATHERED
from tracker.domain.figures import split_name
from tracker.domain.hosted import Hosted, hosted, spellings
from tracker.domain.index import (
    ALL,
    FRONTIER,
    JEVONS,
    LINES,
    Indexed,
    Ratio,
    chain,
    line_steps,
    premium,
    provider_of,
    rebased,
)
from tracker.domain.list_prices import METERS, Step, Variant, model_steps

# Who make what they sell. Hosts and resellers repeat their models, and would count them again.
MAKERS = (
    "ai21", "alibaba", "anthropic", "cohere", "deepseek", "google", "meta", "minimax", "mistral", "moonshot",
    "openai", "perplexity", "reka", "xai", "zai",
)  # fmt: skip
KINDS = (JEVONS, LINES, "hosted", "premium")
OPEN = "DeepSeek flagship", "DeepSeek chat"  # what the frontier is measured against; the first leads

Row = TypeVar("Row", Hosted, Ratio)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. Empty `provider`: all makers, and each; `kinds` of KINDS."""

    as_of: date
    known_at: datetime
    base: date
    provider: str = ""
    since: date | None = None
    until: date | None = None
    kinds: Collection[str] = KINDS

    @property
    def last(self) -> date:
        return min(self.as_of, self.until or self.as_of)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, each kind in the order of its days."""

    series: tuple[Indexed, ...]
    hosted: tuple[Hosted, ...]
    premium: tuple[Ratio, ...]


def answer(connection: Connection, asked: Question) -> Answer:
    """Every index that is asked for, from the prices and events recorded by `known_at`.

    The reviewed tables of product lines and of open weights are known from the day on which the bundled
    facts were gathered.
    """
    makers = (asked.provider,) if asked.provider else MAKERS
    said = events.find(connection, asked.known_at, providers=makers, until=asked.as_of)
    series: list[Indexed] = []
    ratios: list[Ratio] = []
    found: list[Hosted] = []
    if JEVONS in asked.kinds:
        spans = spans_of(connection, asked.known_at, providers=makers, meters=METERS, standard=True)
        for variant in Variant:
            steps = model_steps(spans, said, variant=variant, until=asked.as_of)
            series += _indexed(JEVONS, variant, steps, lambda key: key.partition("/")[0], asked)
    if asked.known_at >= GATHERED:
        lines = line_steps([*facts.lines(), *facts.open_leader()], said, until=asked.as_of)
        if LINES in asked.kinds:
            own = {name: steps for name, steps in lines.items() if name != OPEN[0]}
            series += _indexed(LINES, Variant.cleaned, own, provider_of, asked)
        if "premium" in asked.kinds:
            names = [n for n in FRONTIER if not asked.provider or provider_of(n) == asked.provider]
            ratios = [r for over in OPEN for r in premium(lines, over, names)]
            ratios = _within(ratios, lambda r: (r.over, r.line), asked)
        if "hosted" in asked.kinds:
            found = _within(_hosted(connection, asked), lambda h: (h.model, h.weights), asked)
    return Answer(tuple(series), tuple(found), tuple(ratios))


def _indexed(
    index: str,
    variant: Variant,
    steps: Mapping[str, Sequence[Step]],
    provider: Callable[[str], str],
    asked: Question,
) -> list[Indexed]:
    by_provider: dict[str, dict[str, Sequence[Step]]] = {} if asked.provider else {ALL: dict(steps)}
    for key, own in sorted(steps.items()):
        if not asked.provider or provider(key) == asked.provider:
            by_provider.setdefault(provider(key), {})[key] = own
    return [
        Indexed(index, name, variant, tuple(points))
        for name, own in by_provider.items()
        if (points := rebased(chain(own), asked.base, asked.since, asked.last))
    ]


def _hosted(connection: Connection, asked: Question) -> list[Hosted]:
    weights = [w for w in facts.open_models() if asked.provider in ("", split_name(w.own)[0])]
    if not weights:
        return []
    makers = sorted({split_name(w.own)[0] for w in weights})
    models = [*sorted({w.own for w in weights}), *spellings(weights)]
    spans = spans_of(connection, asked.known_at, models=models, meters=METERS)
    said = events.find(connection, asked.known_at, providers=makers, until=asked.as_of)
    return hosted(weights, spans, said, asked.as_of)


def _within(rows: Sequence[Row], name: Callable[[Row], object], asked: Question) -> list[Row]:
    """The rows of the days asked for; what held before is told of the first of them."""
    kept: list[Row] = []
    before: dict[object, Row] = {}
    for row in rows:
        if asked.since is not None and row.day < asked.since:
            before[name(row)] = row
        elif row.day <= asked.last:
            kept.append(row)
    begun = {name(row) for row in kept if row.day == asked.since}
    for key, row in before.items():
        if asked.since is not None and asked.since <= asked.last and key not in begun:
            kept.append(replace(row, day=asked.since))
    return sorted(kept, key=lambda row: (str(name(row)), row.day))
