"""Predictions about the market as they are registered: a kind of test, and what it looks at."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tracker.domain.figures import meter_of, place_of
from tracker.domain.model import Series
from tracker.domain.price_claims import Component, Figure, ModelName
from tracker.domain.spans import Span
from tracker.domain.witnesses import fold

Many = Annotated[Decimal, Field(gt=0)]
Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]


class _Table(BaseModel):
    """A table of a claims file: frozen, and a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Test(_Table):
    note: str = ""  # what prices cannot show
    at_best: Literal["confirmed", "partly"] = "confirmed"  # `partly` where a part of the words is no price


class Led(_Table):
    """The model that stands for a line of products from a day on; the next one takes over."""

    since: date
    model: ModelName


Line = Annotated[tuple[Led, ...], Field(min_length=1)]


class Weights(_Table):
    """One model's weights, held against what their maker sells as `own` from `since` until before `until`.

    That is the list price at which the maker sold these weights. `names` is how hosts call them, reviewed by
    hand: a distilled model is another model.
    """

    own: ModelName
    since: date
    until: date | None = None
    names: Names


class _Hosted(_Test):
    prefixes: tuple[str, ...] = ("",)  # what some hosts write before a name: "deepseek-ai/"
    not_hosts: tuple[str, ...] = ()  # globs of providers who resell, or repeat another's list

    def spelled(self, names: Iterable[str]) -> frozenset[str]:
        """Every spelling of these names, folded."""
        return frozenset(fold(prefix + name) for prefix in self.prefixes for name in names)


class HostRatio(_Hosted):
    """Others' list price of the same weights over their maker's dearest hour, on the blend.

    Confirmed on the first day on which the median of `least_hosts` hosts or more is `median_at_most` or less,
    or so many are at `host_at_most` or less. Refuted where the cheapest is above `refuted_above` after
    `refuted_after_days`.
    """

    kind: Literal["host_ratio"]
    weights: Annotated[tuple[Weights, ...], Field(min_length=1)]
    median_at_most: Many = Decimal("1.25")
    host_at_most: Many = Decimal("1.1")
    least_hosts: Annotated[int, Field(ge=1)] = 3
    refuted_above: Many = Decimal(2)
    refuted_after_days: Annotated[int, Field(ge=1)] = 365


class ListedAt(_Hosted):
    """One host lists the very weights at `at_most` times their maker's price; refuted above `refuted_above`.

    Where it lists `substitutes` only, the claim cannot be resolved.
    """

    kind: Literal["listed_at"]
    host: str
    weights: Annotated[tuple[Weights, ...], Field(min_length=1)]
    substitutes: tuple[str, ...] = ()
    at_most: Many = Decimal("1.5")
    refuted_above: Many = Decimal(3)


class Over(_Table):
    """How many times the price of one line another is."""

    name: str
    of: Line
    over: Line
    at_most: Many
    refuted_above: Many = Decimal(3)


class Premium(_Test):
    """What the dearer of two lines costs over the other, on the blend, at the horizon's end."""

    kind: Literal["premium"]
    premiums: Annotated[tuple[Over, ...], Field(min_length=1)]


class Sells(_Test):
    """Providers stop selling by the token. It has no date, so that it is never refuted."""

    kind: Literal["stops_selling"]
    providers: Names


class CheaperThan(_Test):
    """A provider sells a model at least `pct` per cent below the line it is held against, on the blend."""

    kind: Literal["cheaper_than"]
    provider: str
    models: Names
    than: Line
    pct: Annotated[Decimal, Field(gt=0, le=100)]


class Hosts(_Hosted):
    """So many independent hosts list these weights for money by the horizon."""

    kind: Literal["hosts"]
    maker: str
    names: Names
    least: Annotated[int, Field(ge=1)]


class Shop(_Table):
    """A cloud, and how it spells one lab's models (globs)."""

    cloud: str
    lab: str
    models: Names


class Delisted(_Test):
    """A cloud that sold a lab's models sells none of them any more."""

    kind: Literal["delisted"]
    shops: Annotated[tuple[Shop, ...], Field(min_length=1)]


class DaysAtOrBelow(_Test):
    """On how many days a line's list price stood at or below the quoted one. It judges nothing.

    Where input and output are quoted it is the blend that counts; how often each stood so is told beside.
    """

    kind: Literal["days_at_or_below"]
    line: Line
    prices: Annotated[dict[Component, Figure], Field(min_length=1)]


class CannotBeTold(_Test):
    """What no price can decide, and why."""

    kind: Literal["unresolvable", "not_testable"]
    reason: Annotated[str, Field(min_length=1, max_length=300)]


MarketTest = Annotated[
    HostRatio | ListedAt | Premium | Sells | CheaperThan | Hosts | Delisted | DaysAtOrBelow | CannotBeTold,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True)
class Needs:
    """Which spans a test looks at: of these providers, these models and these meters; empty is all of them.

    `models` are "provider/model", or a model of whoever it is, folded.
    """

    providers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    meters: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()  # of which one must fit the model
    at_ends: bool = False  # what holds at the horizons' ends is enough where every provider sells something
    nothing: bool = False  # it looks at no price

    def of(self, spans: Iterable[Span]) -> list[Span]:
        """Those of these spans that are looked at."""
        models = {m if "/" not in m else "/".join(place_of(m)) for m in self.models}
        return [s for s in spans if self._is_wanted(s.series, models)]

    def _is_wanted(self, series: Series, models: Collection[str]) -> bool:
        if self.nothing or (self.providers and series.provider not in self.providers):
            return False
        if self.meters and series.meter not in self.meters:
            return False
        model = fold(series.model)
        return not models or model in models or f"{series.provider}/{model}" in models


_BLEND = (meter_of("input"), meter_of("output"))


def needs(test: Any) -> Needs:
    """What of the record a `MarketTest` needs."""
    match test:
        case HostRatio(weights=weights) | ListedAt(weights=weights):
            names = {name for w in weights for name in test.spelled(w.names)}
            if isinstance(test, ListedAt):
                names |= test.spelled(test.substitutes)
            return Needs(models=_sorted(names, (w.own for w in weights)), meters=_BLEND)
        case Premium(premiums=premiums):
            return Needs(models=_sorted(*(_models(p.of) + _models(p.over) for p in premiums)), meters=_BLEND)
        case CheaperThan():
            own = [f"{test.provider}/{model}" for model in test.models]
            return Needs(models=_sorted(own, _models(test.than)), meters=_BLEND)
        case Hosts():
            return Needs(models=_sorted(test.spelled(test.names)), meters=_BLEND)
        case Sells():
            return Needs(providers=test.providers, meters=_BLEND, at_ends=True)
        case Delisted():
            clouds, globs = {s.cloud for s in test.shops}, {m for s in test.shops for m in s.models}
            return Needs(providers=_sorted(clouds), meters=_BLEND, globs=_sorted(globs))
        case DaysAtOrBelow():
            return Needs(models=_sorted(_models(test.line)), meters=_sorted(meter_of(c) for c in test.prices))
    return Needs(nothing=True)


def _models(line: Iterable[Led]) -> list[str]:
    return [led.model for led in line]


def _sorted(*names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for some in names for name in some}))
