"""What the filters of a rule let through, and in words why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tracker.domain import wording
from tracker.domain.makers import maker_of
from tracker.domain.model import Move
from tracker.domain.moves import BY_A_PERSON
from tracker.domain.settings import Rule


@dataclass(frozen=True, slots=True)
class Case:
    """A move as rules look at it: with the kind of its source, and whether its line is watched."""

    move: Move
    kind: str = "providers"
    watched: bool = True


def why_not(rule: Rule, case: Case) -> str:
    """The first filter of a rule that keeps a move back, in words; empty where all let it through."""
    return next(_refusals(rule, case), "")


def _refusals(rule: Rule, case: Case) -> Iterator[str]:
    move, series = case.move, case.move.series
    yield from _among("its provider", series.provider, rule.provider)
    if rule.maker:
        yield from _among("its maker", maker_of(series), rule.maker)
    if rule.model and not is_like(series.provider, series.model, rule.model):
        yield f"its model is {wording.harmless(series.model)}, and none of {', '.join(rule.model)}"
    yield from _among("its meter", series.meter, rule.meter)
    yield from _among("its tier", series.terms.tier or "standard", rule.tier)
    yield from _among("its event", move.event, rule.event)
    if rule.direction and rule.direction != direction_of(move):
        yield f"it is a {direction_of(move)}, not a {rule.direction}"
    yield from _among("the kind of its source", case.kind, rule.source_kind)
    if rule.watch == "watched" and not case.watched:
        yield "it is in the background, and the rule is about what is watched"
    if rule.watch == "background" and case.watched:
        yield "it is watched, and the rule is about the background"
    price = wording.money(move.after, series.currency)
    if rule.below is not None and move.after >= rule.below:
        yield f"its new price {price} is not below {wording.money(rule.below, series.currency)}"
    if rule.above is not None and move.after <= rule.above:
        yield f"its new price {price} is not above {wording.money(rule.above, series.currency)}"


def _among(what: str, value: str, wanted: Sequence[str]) -> Iterator[str]:
    if not is_among(value, wanted):
        yield f"{what} is {wording.harmless(value)}, and none of {', '.join(wanted)}"


def is_among(value: str, wanted: Sequence[str]) -> bool:
    """Whether a filter lets a value through; an empty one lets everything."""
    return not wanted or value.casefold() in {w.casefold() for w in wanted}


def is_like(provider: str, model: str, globs: Sequence[str]) -> bool:
    """Whether a model, by itself or as "provider/model", is one that a glob means; without regard to case."""
    model, provider = model.casefold(), provider.casefold()
    return any(fnmatchcase(name, g.casefold()) for g in globs for name in (model, f"{provider}/{model}"))


def is_watched(watch: Sequence[str], move: Move, kind: str, provider: str) -> bool:
    """Whether a move's line is watched: by globs of "provider" or "provider/model", or all but claims.

    What a catalogue says of the prices of others than its own `provider` is a claim. What a person confirmed
    is told, whoever said it first.
    """
    series = move.series
    if watch:
        return any(fnmatchcase(series.provider.casefold(), g.casefold()) for g in watch) or is_like(
            series.provider, series.model, [g for g in watch if "/" in g]
        )
    return kind != "catalogs" or series.provider == provider or BY_A_PERSON in move.reason


def direction_of(move: Move) -> str:
    return "cut" if move.is_cut else "rise"
