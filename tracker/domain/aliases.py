"""Names that point at a model: where they point moves, and no list price does."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
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
