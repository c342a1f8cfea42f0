"""Whose bills are asked for: the workloads of the settings, or one in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from scrapers.meters import METERS
from tracker.adapters.config import values
from tracker.adapters.config.wrong import Wrong, nearest, unknown
from tracker.domain.settings import Workload


class NotAWorkload(ValueError):
    """What of a question is wrong: `option`, `named` as somebody wrote it, and `words` that quote nothing."""

    def __init__(self, option: str, words: str, named: str = "") -> None:
        super().__init__(f"{option}: {words}")
        self.option, self.words, self.named = option, words, named


def described(model: str, monthly: str) -> Workload:
    """A workload in words: a model as provider/name, and what a month uses. Raises NotAWorkload."""
    if not model or not monthly:
        raise NotAWorkload("", "belong together")
    try:
        named = values.offered(model)
    except Wrong as e:
        raise NotAWorkload("model", str(e), model) from e
    return Workload(named, named, MappingProxyType(_amounts(monthly)))


def _amounts(monthly: str) -> dict[str, Decimal]:
    """By meter, of "input_mtok=400,output_mtok=80"."""
    amounts: dict[str, Decimal] = {}
    for pair in filter(None, (words.strip() for words in monthly.split(","))):
        meter, _, amount = (words.strip() for words in pair.partition("="))
        if meter not in METERS:
            raise NotAWorkload("monthly", unknown(meter, METERS, "a meter"), meter)
        amounts[meter] = _quantity(meter, amount)
    if not amounts:
        raise NotAWorkload("monthly", "is empty; write it as input_mtok=400,output_mtok=80")
    return amounts


def _quantity(meter: str, words: str) -> Decimal:
    try:
        return values.quantity(Decimal(words))
    except InvalidOperation as e:
        raise NotAWorkload("monthly", f"needs a number, as in {meter}=400", meter) from e
    except Wrong as e:
        raise NotAWorkload("monthly", str(e), meter) from e


def named(workloads: Sequence[Workload], names: Collection[str]) -> list[Workload]:
    """Those of these names, or all where none is said. Raises NotAWorkload."""
    known = [w.name for w in workloads]
    for name in names:
        if name not in known:
            raise NotAWorkload("workload", f"is not set; {_nearest(name, known)}", name)
    return [w for w in workloads if not names or w.name in names]


def _nearest(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f'the nearest is "{near}"' if near else "none is"
