"""Who may speak for a move beside the source that saw it: another of other ancestry, about the same line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scrapers.source import Source
from tracker.domain.model import Move, Series

SAME_MOVE = timedelta(days=14)  # what two sources of one price list confirm within this time is told once
# How third parties spell makers in front of a model's id ("x-ai/grok-4"), reviewed by hand.
SPELLINGS = {
    "alibaba": ("qwen",),
    "amazon": ("aws",),
    "aws": ("amazon",),
    "meta": ("meta-llama",),
    "mistral": ("mistralai",),
    "moonshot": ("moonshotai",),
    "xai": ("x-ai",),
    "zai": ("z-ai", "zhipu"),
}


# What some pages print in front of a maker's models and others leave out.
BRANDS = {"anthropic": "claude"}


@dataclass(frozen=True, slots=True)
class Testimony:
    """What another source says of a line: its price is the one that a move came to, since `since`."""

    source: str
    series: Series
    since: datetime  # when it was recorded there


def fold(model: str) -> str:
    """A model's name as a person may type it: letters and digits only, lower case."""
    return "".join(c for c in model.casefold() if c.isalnum())


def names_elsewhere(series: Series) -> frozenset[str]:
    """How other sources may spell a line's model, folded: with its maker or brand in front, or without."""
    names: set[str] = set()
    for maker, model in _spellings(series):
        branded = BRANDS.get(maker, "") + model
        for spelling in (maker, *SPELLINGS.get(maker, ())):
            names |= {model, branded, fold(spelling) + model, fold(spelling) + branded}
    return frozenset(names)


def is_same_line(one: Series, other: Series) -> bool:
    """Whether two series are one line of one maker's price list, each as its source spells it."""
    same = (one.meter, one.terms, one.currency) == (other.meter, other.terms, other.currency)
    return same and bool(_spellings(one) & _spellings(other))


def _spellings(series: Series) -> set[tuple[str, str]]:
    """(maker, model) without brand: as the series has it, and as an id like "openai/gpt-4o" says."""
    maker, _, rest = series.model.rpartition("/")
    said = {(series.provider, series.model)} | ({(maker, rest)} if maker else set())
    plain = {alias: maker for maker, aliases in SPELLINGS.items() for alias in aliases}
    makers = ((plain.get(maker, maker), fold(model)) for maker, model in said)
    return {(maker, model.removeprefix(BRANDS.get(maker, "")) or model) for maker, model in makers}


def witness_of(
    move: Move, said: Iterable[Testimony], sources: Mapping[str, Source], held_since: datetime
) -> str:
    """The source that speaks for a move; empty where none does.

    It is of another ancestry, and came to the price after `held_since`, when ours came to the one before:
    a price that it kept from earlier is no word on a move.
    """
    own = ancestry(sources, move.source)
    for other in said:
        independent = other.source in sources and ancestry(sources, other.source) != own
        if independent and other.since > held_since and is_same_line(move.series, other.series):
            return other.source
    return ""


def is_news(kind: str, told_by: Collection[str]) -> bool:
    """Whether a move that sources of these kinds confirmed before is news from a source of this kind.

    Who hears what is watched heard nothing of what only a catalogue said.
    """
    return not told_by or (kind != "catalogs" and set(told_by) == {"catalogs"})


def ancestry(sources: Mapping[str, Source], id: str) -> str:
    """What a source goes back to: catalogues copy from one another."""
    return (sources[id].ancestry if id in sources else "") or id
