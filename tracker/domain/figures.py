"""What a model cost at an instant, by component: the figures that claims and market tests are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from scrapers.meters import METERS
from scrapers.page import STANDARD
from tracker.domain.days import start_of
from tracker.domain.events import component_of
from tracker.domain.model import Basis, Series
from tracker.domain.spans import Span
from tracker.domain.successors import Blend
from tracker.domain.witnesses import fold

CURRENCY = "USD"
_TRUST = {Basis.observed: 2, Basis.documented: 1, Basis.catalogue: 0}
_METER_OF = {component_of(Series("", "", meter, STANDARD, CURRENCY)): meter for meter in METERS}
_NEVER = datetime.min.replace(tzinfo=UTC)


def split_name(name: str) -> tuple[str, str]:
    """ "provider/model" as its two parts; a model may have more of it ("groq/openai/gpt-oss-120b").

    Raises ValueError where one of them is missing.
    """
    provider, _, model = name.partition("/")
    if not provider.strip() or not model.strip():
        raise ValueError(f"{name!r} is not provider/model")
    return provider.strip().casefold(), model.strip()


def place_of(name: str) -> tuple[str, str]:
    """ "provider/model" as it is compared: without case and punctuation in the model's name."""
    provider, model = split_name(name)
    return provider, fold(model)


def is_component(name: str) -> bool:
    """Whether a component is one that `component_of` can give."""
    return name.partition("_gt")[0] in _METER_OF


def meter_of(component: str) -> str:
    """The meter in which a component is stored; raises KeyError for what is no component."""
    return _METER_OF[component.partition("_gt")[0]]


def is_listed(series: Series) -> bool:
    """Whether a series is what everybody pays at any hour: standard tier, in US dollars, by the month."""
    t = series.terms
    plain = not (t.tier or t.window or t.region) and t.billing in ("", "monthly")
    return plain and series.currency == CURRENCY


def of_model(spans: Iterable[Span], name: str) -> list[Span]:
    """The list prices of "provider/model"; names are compared without case and punctuation."""
    place = place_of(name)
    return [s for s in spans if (s.series.provider, fold(s.series.model)) == place and is_listed(s.series)]


def by_component(spans: Iterable[Span]) -> dict[str, list[Span]]:
    """Spans by what they are the price of, in the names of facts and claims."""
    found: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        found[component_of(span.series)].append(span)
    return dict(found)


def standing(spans: Iterable[Span], at: datetime) -> Span | None:
    """The span of one component that held at an instant: the best basis first, then the latest to begin."""
    held = (s for s in spans if _held(s, at))
    return max(held, key=lambda s: (_TRUST[s.basis], s.valid_from, s.recorded_at or _NEVER), default=None)


def scheduled(spans: Sequence[Span], at: datetime) -> Span | None:
    """What follows a promotion that holds at an instant: the price from its last day on, once recorded.

    Where that is not recorded it is the price behind the promotion, the last one that was none before it.
    """
    now = standing(spans, at)
    promo = next((s for s in spans if now and s.promo_until and s.price == now.price and _held(s, at)), None)
    if promo is None:
        return None
    last_day = start_of(date.fromisoformat(promo.promo_until))
    after = [s for s in spans if s.valid_from > at and s.valid_from >= last_day and s.price != promo.price]
    if after:
        return standing(spans, min(s.valid_from for s in after))
    before = [s for s in spans if s.valid_from <= promo.valid_from and not s.promo_until]
    return max(before, key=lambda s: s.valid_from, default=None)


def _held(span: Span, at: datetime) -> bool:
    return span.valid_from <= at and (span.valid_to is None or at < span.valid_to)


def blended(spans: Mapping[str, Span]) -> Decimal | None:
    """Three parts of input and one of output, per million tokens; None where one of them is not known."""
    if "input" not in spans or "output" not in spans:
        return None
    return Blend().of(spans["input"].price, spans["output"].price)


def within(actual: Decimal, stated: Decimal, *, pct: Decimal) -> bool:
    """Whether a figure is what was stated, give or take a part of what was stated."""
    return abs(actual - stated) * 100 <= abs(stated) * pct
