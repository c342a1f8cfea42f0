"""The dated prices of the installed package genai-prices, as spans."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from importlib.metadata import version
from typing import Any

from genai_prices.data import providers
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

from scrapers.catalogs.genai_prices import read
from scrapers.page import Offer, Page, Reading
from tracker.domain.days import start_of
from tracker.domain.model import Basis, Series, series_of
from tracker.domain.spans import Span

SOURCE = "history-genai-prices"
# When each release was published: by then its undated prices held. A test asks for the installed one.
RELEASED = {"0.2.3": date(2026, 11, 10)}


def history() -> list[Span]:
    """Every price of the package for as long as it held, by the reader of the live catalogue.

    A dated price holds from its day. An undated one has no known start, and a start too early would be
    evidence of nothing: it is only said to have held on the day before the first dated price of its series,
    or, where there is none, by the day on which the package was published. Prices by the hour are series of
    their own window. A price that goes on unchanged over a date is one span.
    """
    page = Page(f"genai-prices {version('genai-prices')}", as_answer(), "application/json")
    return spans_of(read(page), RELEASED.get(version("genai-prices"), max(RELEASED.values())))


def spans_of(reading: Reading, known_by: date) -> list[Span]:
    """What the catalogue's reader read, with its dates, as spans; undated prices are known by `known_by`."""
    by_series: dict[Series, list[Offer]] = defaultdict(list)
    for offer in reading.offers:
        by_series[series_of(offer, offer.provider)].append(offer)
    return [
        span
        for series, offers in by_series.items()
        for span in _merged(_spans(series, sorted(offers, key=lambda o: o.terms.effective_from), known_by))
    ]


def _spans(series: Series, offers: Sequence[Offer], known_by: date) -> Iterator[Span]:
    days = [date.fromisoformat(o.terms.effective_from) for o in offers if o.terms.effective_from]
    for offer, following in zip(offers, [*offers[1:], None], strict=True):
        ends = _end(offer, following)
        undated = min([known_by, *(day - timedelta(days=1) for day in (*days, *([ends] if ends else [])))])
        stated = offer.terms.effective_from
        yield Span(
            series,
            offer.price,
            start_of(date.fromisoformat(stated) if stated else undated),
            start_of(ends) if ends else None,
            model=offer.model,
            label=offer.label,
            source=SOURCE,
            basis=Basis.catalogue,
        )


def _end(offer: Offer, following: Offer | None) -> date | None:
    """The first day on which a price holds no more: another one does, or the catalogue leaves it out."""
    ends = []
    if following is not None:
        ends.append(date.fromisoformat(following.terms.effective_from))
    if offer.terms.promo_until:
        ends.append(date.fromisoformat(offer.terms.promo_until) + timedelta(days=1))
    return min(ends, default=None)


def _merged(spans: Iterator[Span]) -> list[Span]:
    found: list[Span] = []
    for span in spans:
        if found and found[-1].price == span.price and found[-1].valid_to == span.valid_from:
            found[-1] = replace(found[-1], valid_to=span.valid_to)
        else:
            found.append(span)
    return found


# --- the package's objects, as the answer that its authors publish ---


def as_answer() -> str:
    """The package's prices as the JSON that its authors publish and the live catalogue's reader reads."""
    return json.dumps(
        [{"id": p.id, "models": [_model(model) for model in p.models]} for p in providers], default=str
    )


def _model(model: ModelInfo) -> dict[str, Any]:
    prices = model.prices
    return {
        "id": model.id,
        "prices": [_conditional(p) for p in prices] if isinstance(prices, list) else _prices(prices),
        "price_variants": [_conditional(v) | {"when": v.when} for v in model.price_variants or ()],
    }


def _conditional(one: Any) -> dict[str, Any]:
    stated = {"prices": _prices(one.prices)}
    if one.constraint is None:
        return stated
    said = {f.name: getattr(one.constraint, f.name).isoformat() for f in fields(one.constraint)}
    return stated | {"constraint": said}


def _prices(price: ModelPrice) -> dict[str, Any]:
    return {key: _price(value) for key, value in vars(price).items() if value is not None and key[0] != "_"}


def _price(value: Any) -> Any:
    if not isinstance(value, TieredPrices):
        return value
    return {
        "base": value.base,
        "tiers": [{"start": tier.start, "price": tier.price} for tier in value.tiers],
    }
