"""Registered claims as values: what was predicted, how it is tested, and by when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from tracker.domain.claims_problems import problems
from tracker.domain.events import Kind
from tracker.domain.figures import is_component
from tracker.domain.market import MarketTest
from tracker.domain.price_claims import PriceClaim
from tracker.domain.successors import Blend

# What the format calls the kinds of events beside our own names.
_ALSO = {
    "subscription_cut": Kind.plan_cut,
    "subscription_rise": Kind.plan_rise,
    "new_tier": Kind.new,
    "new_floor": "new_floor",
    "free_preview": "free_preview",
}


class _Table(BaseModel):
    """A table of a claims file: frozen, and a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _event(word: Any) -> Any:
    return _ALSO.get(word, word) if isinstance(word, str) else word


def _day(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("a day is written 2025-01-29")
    return value


def _component(word: str) -> str:
    if not is_component(word):
        raise ValueError(f"{word!r} is no component; input, output, cache_read and plan_month are some")
    return word


EventWord = Annotated[Kind | Literal["new_floor", "free_preview"], BeforeValidator(_event)]
Day = Annotated[date, BeforeValidator(_day), Field(ge=date(1990, 1, 1), le=date(2100, 1, 1))]
Days = Annotated[int, Field(ge=1, le=36500, strict=True)]
Weight = Annotated[Decimal, Field(gt=0, le=10**9)]
Price = Annotated[Decimal, Field(gt=0, le=10**9)]
Component = Annotated[str, AfterValidator(_component)]
Percent = Annotated[Decimal, Field(gt=0, le=100)]


class Source(_Table):
    """The article that makes the claims; the days of horizons count from `published_at`."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    url: str
    author: str = ""
    title: str = ""
    published_at: Day
    captured_at: datetime | None = None
    text_sha256: str = ""


class Weights(_Table):
    """How many input tokens for how many output tokens."""

    tokens_in: Annotated[Weight, Field(alias="input")] = Decimal(3)
    tokens_out: Annotated[Weight, Field(alias="output")] = Decimal(1)

    @property
    def blend(self) -> Blend:
        return Blend(self.tokens_in, self.tokens_out)


class Defaults(_Table):
    """What holds for every definition and prediction that does not say otherwise."""

    min_change_pct: Percent = Decimal(5)
    min_duration_days: Annotated[int, Field(ge=0)] = 30  # a younger event is provisional
    blend: Weights = Weights()
    exclude: tuple[EventWord, ...] = (
        Kind.promo,
        Kind.end_of_promo,
        Kind.alias_swap,
        Kind.correction,
        "free_preview",
    )
    clock: Literal["valid_time"] = "valid_time"
    rollup: dict[Literal["all_met", "some_met", "none_met"], str] = Field(default_factory=dict)
    undated_horizons: tuple[Days, ...] = (90, 365)


class Definition(_Table):
    """Which events are evidence."""

    event: EventWord
    components: Literal["any"] | tuple[Component, ...] = ("input", "output")
    measure: Literal["components", "blend"] = "components"
    scope: Literal["api", "subscription"] | None = None
    below_cheapest_paid: bool = False
    region: Literal["global", "any"] = "any"
    min_change_pct: Percent | None = None
    says: Annotated[str, Field(max_length=200)] = ""  # in words


class Subject(_Table):
    """Whose prices are meant."""

    provider: str
    scope: Literal["api", "subscription"] = "api"


class Baseline(_Table):
    """The prices of the article's day: [input, output] of models, or one price of a plan."""

    as_of: Day
    prices: dict[str, tuple[Decimal, Decimal]] = Field(default_factory=dict)
    plans: dict[str, Price] = Field(default_factory=dict)


class BaseRate(_Table):
    """The window before the article from which it is told how likely it was anyway."""

    window: tuple[Day, Day]
    model: Literal["jeffreys_poisson"] = "jeffreys_poisson"

    @model_validator(mode="after")
    def _ordered(self) -> BaseRate:
        if self.window[0] >= self.window[1]:
            raise ValueError("the window must begin before it ends")
        return self


class LevelTest(_Table):
    """The product lines whose level is shown beside the events."""

    lines: tuple[str, ...]


AlertOn = Literal["verdict_change", "new_evidence", "horizon_in_30d"]


class Alerts(_Table):
    """What of a prediction is told."""

    on: tuple[AlertOn, ...] = ("verdict_change",)


class Prediction(_Table):
    """One prediction: tested by events (`test_with`), or by the market (`market`)."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    quote: Annotated[str, Field(max_length=300)]
    kind: Literal["prediction", "hedged", "not_testable"] = "prediction"
    subject: Subject | None = None
    test_with: tuple[str, ...] = ()
    report_also: tuple[str, ...] = ()
    market: MarketTest | None = None
    level_test: LevelTest | None = None
    horizons: tuple[Days, ...] | None = None
    baseline: Baseline | None = None
    aliases: dict[str, str] = Field(default_factory=dict)
    coverage_cap: bool = False
    base_rate: BaseRate | None = None
    alerts: Alerts = Alerts()
    hedge: str = ""  # the word that hedges it: "potentially"
    note: str = ""

    @model_validator(mode="after")
    def _tested(self) -> Prediction:
        if self.test_with and self.subject is None:
            raise ValueError("test_with needs a subject")
        if self.kind != "not_testable" and not self.test_with and self.market is None:
            raise ValueError("say how it is tested: test_with or market; or kind = 'not_testable'")
        if self.coverage_cap and not (self.baseline and self.baseline.plans):
            raise ValueError("coverage_cap needs the plans of the baseline")
        return self


class Amendment(_Table):
    """A change of the file after it was registered."""

    at: date
    what: str
    why: str


class Claims(_Table):
    """A claims file. `sha256` is that of its bytes."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    source: Source
    defaults: Defaults = Defaults()
    definitions: dict[str, Definition]
    predictions: tuple[Prediction, ...]
    price_claims: tuple[PriceClaim, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    sha256: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Claims:
        ids = [p.id for p in self.predictions] + [c.id for c in self.price_claims]
        if twice := {id for id in ids if ids.count(id) > 1}:
            raise ValueError(f"ids stand twice: {', '.join(sorted(twice))}")
        for prediction in self.predictions:
            for name in (*prediction.test_with, *prediction.report_also):
                if name not in self.definitions:
                    raise ValueError(f"{prediction.id}: no definition is called {name}")
        return self

    def horizons(self, prediction: Prediction) -> dict[str, int | None]:
        """The horizons of a prediction in days, by name; `open` has no end."""
        days = prediction.horizons or self.defaults.undated_horizons
        return {f"H{n}": n for n in days} | {"open": None}


def claims_of(table: Mapping[str, Any], sha256: str) -> Claims:
    """A claims file's table as a value; raises ValueError with one line a problem."""
    try:
        return Claims.model_validate({**table, "sha256": sha256})
    except ValidationError as e:
        raise ValueError("\n".join(problems(e, table))) from None
