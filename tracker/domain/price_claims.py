"""Prices that somebody stated, held against what was recorded for that instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from tracker.domain.figures import (
    by_component,
    is_component,
    scheduled,
    split_name,
    standing,
    within,
)
from tracker.domain.spans import Span


class Verdict(StrEnum):
    """What is to be said of a stated price."""

    correct = "correct"
    partly = "partly"
    incorrect = "incorrect"
    unknown = "unknown"  # nothing is recorded


# --- as they are registered ---


class _Table(BaseModel):
    """A table of a claims file: frozen, and a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _known_component(name: str) -> str:
    if not is_component(name):
        raise ValueError(f"{name!r} is no component: input, output, cache_read, plan_month, …")
    return name


def _named(name: str) -> str:
    split_name(name)
    return name


def _listed(names: Any) -> Any:
    return (names,) if isinstance(names, str) else names


Component = Annotated[str, AfterValidator(_known_component)]
ModelName = Annotated[str, AfterValidator(_named)]  # provider/model
Figure = Annotated[Decimal, Field(ge=0)]
Tolerance = Annotated[Decimal, Field(ge=0, le=100)]
Components = Annotated[tuple[Component, ...], Field(min_length=1)]


class _Claim(_Table):
    id: Annotated[str, Field(min_length=1, max_length=40)]
    quote: Annotated[str, Field(min_length=1, max_length=200)]  # a clause, not a page
    note: str = ""  # what the figures do not say


class StatedPrice(_Claim):
    """A price, in US dollars: one of `series` "provider/model/component", or several of "provider/model"."""

    series: ModelName
    expect: Figure | None = None
    components: dict[Component, Figure] = Field(default_factory=dict)
    tolerance_pct: Tolerance = Decimal(1)

    @model_validator(mode="after")
    def _one_or_several(self) -> StatedPrice:
        if (self.expect is None) == (not self.components):
            raise ValueError("give either expect, or components with a figure each")
        if self.expect is not None:
            model, _, component = self.series.rpartition("/")
            split_name(model)
            _known_component(component)
        return self

    @property
    def model(self) -> str:
        return self.series if self.components else self.series.rpartition("/")[0]

    @property
    def figures(self) -> Mapping[str, Decimal]:
        """What was stated, by component."""
        if self.expect is None:
            return self.components
        return {self.series.rpartition("/")[2]: self.expect}

    @property
    def models(self) -> tuple[str, ...]:
        return (self.model,)


class Pair(_Table):
    """Two models whose prices are held against each other; of `a` there may be several."""

    a: Annotated[tuple[ModelName, ...], Field(min_length=1), BeforeValidator(_listed)]
    b: ModelName

    @property
    def models(self) -> tuple[str, ...]:
        return (*self.a, self.b)


class PctCheaper(_Claim):
    """By how many per cent `a` is cheaper than `b`, give or take percentage points."""

    pct_cheaper: Pair
    expect: Decimal
    tolerance_abs: Figure = Decimal(1)
    components: Components = ("input", "output")

    @property
    def pair(self) -> Pair:
        return self.pct_cheaper

    @property
    def models(self) -> tuple[str, ...]:
        return self.pair.models

    @property
    def claimed(self) -> Decimal:
        return self.expect

    def measured(self, a: Decimal, b: Decimal) -> Decimal:
        return (1 - a / b) * 100

    def holds(self, measured: Decimal) -> bool:
        return abs(measured - self.expect) <= self.tolerance_abs


class TimesCheaper(_Claim):
    """How many times the price of `b` the price of `a` is: about `expect`, or `at_least` so many."""

    ratio: Pair
    expect: Annotated[Decimal, Field(gt=0)] | None = None
    tolerance_pct: Tolerance = Decimal(10)
    at_least: Annotated[Decimal, Field(gt=0)] | None = None
    components: Components = ("input", "output")

    @model_validator(mode="after")
    def _about_or_at_least(self) -> TimesCheaper:
        if (self.expect is None) == (self.at_least is None):
            raise ValueError("give either expect or at_least")
        return self

    @property
    def pair(self) -> Pair:
        return self.ratio

    @property
    def models(self) -> tuple[str, ...]:
        return self.pair.models

    @property
    def claimed(self) -> Decimal:
        return self.expect or self.at_least or Decimal(0)

    def measured(self, a: Decimal, b: Decimal) -> Decimal:
        return a / b

    def holds(self, measured: Decimal) -> bool:
        if self.at_least is not None:
            return measured >= self.at_least
        return within(measured, self.claimed, pct=self.tolerance_pct)


Shape = Literal["series", "pct_cheaper", "ratio"]


def _shape(table: Any) -> str | None:
    """Which of the three a table is: the one whose key it has; None where it has none or several."""
    keys = table if isinstance(table, Mapping) else type(table).model_fields
    found = [key for key in get_args(Shape) if key in keys]
    return found[0] if len(found) == 1 else None


Proportion = PctCheaper | TimesCheaper
PriceClaim = Annotated[
    Annotated[StatedPrice, Tag("series")]
    | Annotated[PctCheaper, Tag("pct_cheaper")]
    | Annotated[TimesCheaper, Tag("ratio")],
    Discriminator(
        _shape,
        custom_error_type="price_claim",
        custom_error_message="a price claim has exactly one of series, pct_cheaper and ratio",
    ),
]

# --- as they are judged ---


@dataclass(frozen=True, slots=True)
class Compared:
    """A stated price beside the recorded one; `matches_instead` names prices of the model that it is."""

    actual: Decimal | None
    verdict: Verdict
    matches_instead: tuple[str, ...] = ()
    rows: tuple[Span, ...] = ()  # what it was held against, then what it matches


def compare(
    stated: Decimal, spans: Sequence[Span], at: datetime, component: str, tolerance_pct: Decimal
) -> Compared:
    """A stated price of a model's component against the list price at that instant, promotions included.

    `spans` are the list prices of that model (`figures.of_model`), of any component. Prices are US dollars
    per million tokens, or per seat and month. `matches_instead` holds other prices of the model in force
    ("cache_read") and those behind a promotion in force ("output scheduled").
    """
    prices = by_component(spans)
    found = standing(prices.get(component, ()), at)
    if found is None:
        return Compared(None, Verdict.unknown)
    if within(found.price, stated, pct=tolerance_pct):
        return Compared(found.price, Verdict.correct, rows=(found,))
    others = {name: standing(of, at) for name, of in prices.items()}
    others |= {f"{name} scheduled": scheduled(of, at) for name, of in prices.items()}
    same = {k: s for k, s in others.items() if s and within(s.price, stated, pct=tolerance_pct)}
    return Compared(found.price, Verdict.incorrect, tuple(same), (found, *same.values()))
