"""Models that left a page, and models that seem to have another name now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from difflib import SequenceMatcher

from tracker.domain.model import Series
from tracker.domain.moves import Changes
from tracker.domain.observe import Known

ALIKE = (
    0.6  # of two names, by difflib's ratio: "model-x" and "model-x (preview)" are 0.58 and one in the other
)

Prices = dict[object, Decimal]


@dataclass(frozen=True, slots=True)
class Listing:
    """A model that is on the page no more: what it cost, and the name that it seems to have now."""

    model: str
    known: tuple[Known, ...]
    renamed: str = ""


def left(changes: Changes, known: Mapping[str, Known]) -> list[Listing]:
    """The models that are over with this look: all their prices are, and no model took their place."""
    gone, over = _by_model(changes.gone), {k.series.key for k in changes.gone}
    stays = {k.series.model for key, k in known.items() if key not in over}
    since = {model: min(k.missing_since or k.valid_from for k in those) for model, those in gone.items()}
    newer = {moment: _newer(known.values(), moment) for moment in set(since.values())}
    return [
        Listing(model, tuple(those))
        for model, those in gone.items()
        if model not in stays and not _heir(model, those, newer[since[model]])
    ]


def renamed(changes: Changes, known: Mapping[str, Known]) -> list[Listing]:
    """The models that this look misses for the first time and that a new one of the same prices resembles."""
    missed = _by_model(k for k in changes.missing if not k.missing)
    listed = {k.series.model for key, k in known.items()} - {
        model for model, those in missed.items() if len(those) == _count(known, model)
    }
    fresh: dict[str, Prices] = defaultdict(dict)
    for o in changes.fresh:
        if o.series.model not in listed:
            fresh[o.series.model][_place(o.series)] = o.price
    return [
        Listing(model, tuple(those), heir)
        for model, those in missed.items()
        if model not in listed and (heir := _heir(model, those, fresh))
    ]


def _heir(model: str, those: Iterable[Known], others: Mapping[str, Prices]) -> str:
    prices = {_place(k.series): k.price for k in those}
    return next((name for name, its in others.items() if its == prices and _are_alike(model, name)), "")


def _newer(known: Iterable[Known], since: datetime) -> dict[str, Prices]:
    found: dict[str, Prices] = defaultdict(dict)
    for k in known:
        if k.valid_from >= since:
            found[k.series.model][_place(k.series)] = k.price
    return found


def _are_alike(one: str, other: str) -> bool:
    return one in other or other in one or SequenceMatcher(None, one, other).ratio() >= ALIKE


def _by_model(known: Iterable[Known]) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = defaultdict(list)
    for k in known:
        found[k.series.model].append(k)
    return found


def _count(known: Mapping[str, Known], model: str) -> int:
    return sum(k.series.model == model for k in known.values())


def _place(series: Series) -> object:
    return series.meter, series.terms, series.currency
