"""Vercel's AI Gateway: its public list of models, at the makers' prices where only the maker serves them.

A model with open weights is served by whom Vercel chooses: its price is Vercel's. Not read on purpose:
images, videos and searches, whose units the list does not state.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from scrapers.catalogs._shared import bands, catalogue, provider_of
from scrapers.json_rows import PER_TOKEN, Row, Stated, answer_of, rows_of
from scrapers.page import STANDARD, Page, Reading, Refused, Terms
from scrapers.payload import Json
from scrapers.source import Source

_CLOSED = ("amazon", "anthropic", "cohere", "google", "openai", "perplexity", "spacexai", "xai")
_PRICES = {
    "input": "input_mtok",
    "output": "output_mtok",
    "input_cache_read": "cache_read_mtok",
    "input_cache_write": "cache_write_mtok",
}
_TOKENS = ("language", "embedding", "")  # types of models that are charged by the token


def read(page: Page) -> Reading:
    rows = (row for row in rows_of(answer_of(page), "data") if str(row.get("type") or "") in _TOKENS)
    return catalogue(one for row in rows for one in _row(row))


def _row(row: Row) -> Iterator[Stated | Refused]:
    maker, _, name = str(row.get("id") or "").partition("/")
    pricing = row.get("pricing")
    if not isinstance(pricing, dict):
        return
    is_makers = maker in _CLOSED and pricing.get("varies_by_provider") is not True
    model, provider = (name, provider_of(maker)) if is_makers else (str(row.get("id") or ""), "")
    one = Stated(model, "", None, "", PER_TOKEN, STANDARD, "xai" if provider == "spacexai" else provider)
    yield from _prices(one, pricing, STANDARD)
    tiers = pricing.get("service_tiers")
    for tier, prices in tiers.items() if isinstance(tiers, dict) else ():
        if isinstance(prices, dict) and tier.lower() not in ("standard", "default"):
            yield from _prices(one, prices, Terms(tier=tier.lower()))


def _prices(one: Stated, pricing: Row, terms: Terms) -> Iterator[Stated | Refused]:
    for key, meter in _PRICES.items():
        stated = replace(one, path=" ".join(filter(None, (terms.tier, key))), meter=meter, terms=terms)
        banded = pricing.get(f"{key}_tiers")
        if not isinstance(banded, list) or not banded:
            yield replace(stated, value=pricing.get(key))
            continue
        try:
            costs = [(tier["cost"], _start(tier.get("min"))) for tier in banded]
            for (cost, _), band in zip(costs, bands(start for _, start in costs), strict=True):
                yield replace(stated, value=cost, terms=replace(terms, context=band))
        except (ValueError, TypeError, KeyError, AttributeError):
            yield Refused(f"{one.model} {key}_tiers {banded}"[:300], "not bands of context with a price each")


def _start(stated: Json) -> Json:
    """Where a band begins: 200001 is beyond 200K, and nothing is the beginning."""
    return Decimal(0) if stated is None else stated - 1 if stated % 1000 == 1 else stated


SOURCE = Source(
    url="https://ai-gateway.vercel.sh/v1/models",
    accept="application/json",
    via="api",
    ancestry="catalogues",
    reader=read,
    anchors=(
        "gpt-4o",
        "gpt-5",
        "claude-sonnet-4",
        "claude-sonnet-4.5",
        "gemini-2.5-pro",
        "deepseek/deepseek-v3.2",
    ),
    least=20,
)
