"""Names that point at a model: where they point moves, and no list price does."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.domain.model import Move, Series
from tracker.domain.observe import Known, Seen

_LATEST = re.compile(r"(?:^|[-_. ])latest$")
_SNAPSHOT = re.compile(r"[-@ _]?(?:20\d\d-?\d\d-?\d\d|\d{4})")


def re_pointed(moves: Sequence[Move], known: Mapping[str, Known], seen: Seen) -> set[str]:
    """The series keys of moves of an alias that now has the prices of another model, which had them before.

    An alias is called `…-latest`, or as the other model but for its day (`gpt-4o`, `gpt-4o-2024-08-06`).
    Two prices at least must be the other's: one may be by chance.
    """
    now: dict[str, dict[object, Decimal]] = defaultdict(dict)
    for o in seen.prices.values():
        now[o.series.model][_place(o.series)] = o.price
    steady: dict[str, dict[object, Decimal]] = defaultdict(dict)
    for key, k in known.items():
        if key in seen.prices and seen.prices[key].price == k.price:
            steady[k.series.model][_place(k.series)] = k.price
    swapped = {
        model
        for model in {m.series.model for m in moves}
        if len(now[model]) > 1
        and any(
            points_at(model, other) and now[model].items() <= steady[other].items()
            for other in list(steady)
            if other != model
        )
    }
    return {m.series.key for m in moves if m.series.model in swapped}


def points_at(alias: str, model: str) -> bool:
    """Whether a name points at a model: `…-latest`, or the model's name without its day."""
    if _LATEST.search(alias):
        return True
    return model.startswith(alias) and bool(_SNAPSHOT.fullmatch(model.removeprefix(alias)))


def _place(series: Series) -> object:
    return series.meter, series.terms, series.currency


@dataclass(frozen=True, slots=True)
class Pointed:
    """A name that was re-pointed at another model on a day, with what input and output cost from then on."""

    day: date
    provider: str
    alias: str
    model: str
    input_mtok: Decimal
    output_mtok: Decimal


def _pointed(day: str, provider: str, alias: str, model: str, goes_in: str, comes_out: str) -> Pointed:
    return Pointed(date.fromisoformat(day), provider, alias, model, Decimal(goes_in), Decimal(comes_out))


# Reviewed by hand, from the providers' announcements: what a name alone does not tell. In USD per 1M tokens.
RE_POINTED = (
    _pointed("2024-08-30", "cohere", "command-r", "command-r-08-2024", "0.15", "0.6"),
    _pointed("2024-08-30", "cohere", "command-r-plus", "command-r-plus-08-2024", "2.5", "10"),
    _pointed("2024-09-17", "mistral", "mistral-large-latest", "mistral-large-2407", "2", "6"),
    _pointed("2025-12-02", "mistral", "ministral-8b-latest", "ministral-3-8b", "0.15", "0.15"),
    _pointed("2025-09-29", "deepseek", "deepseek-chat", "deepseek-v3.2-exp", "0.28", "0.42"),
    _pointed("2025-09-29", "deepseek", "deepseek-reasoner", "deepseek-v3.2-exp", "0.28", "0.42"),
    _pointed("2026-04-24", "deepseek", "deepseek-chat", "deepseek-v4-flash", "0.14", "0.28"),
    _pointed("2026-04-24", "deepseek", "deepseek-reasoner", "deepseek-v4-flash", "0.14", "0.28"),
    _pointed("2026-09-10", "deepseek", "deepseek-v4-flash", "deepseek-flash", "0.15", "0.6"),
)
