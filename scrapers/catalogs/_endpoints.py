"""OpenRouter's list of the hosts of one model: what it is charged there, by the host that serves it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from scrapers.catalogs._shared import bands, catalogue, provider_of
from scrapers.json_rows import PER_TOKEN, Row, Stated, answer_of, rows_of
from scrapers.page import Page, Reading, Terms
from scrapers.payload import Json, objects_of
from scrapers.source import Source

_PRICES = {
    "prompt": "input_mtok",
    "completion": "output_mtok",
    "input_cache_read": "cache_read_mtok",
    "input_cache_write": "cache_write_mtok",
}
_HOSTS = {"google": "google-vertex", "google-ai-studio": "google"}  # OpenRouter's "Google" is Vertex
_QUANTIZED = re.compile(r"(?:[bf]?fp|bf|int|mxfp|nvfp)\d+(?:_\w+)?|unknown")
_REGION = re.compile(r"(?:us|eu|uk|ca|sa|au|me|ap|europe|asia|apac|global)(?:-[a-z0-9-]+)?")


def endpoints(model: str, least: int = 4) -> Source:
    """The source of one model's endpoints, by OpenRouter's id of the model.

    Each row repeats its host's price. Where a host has several endpoints, region and tier tell them apart;
    two that differ only in how the weights are quantized, and in price, are both refused.
    """
    return Source(
        url=f"https://openrouter.ai/api/v1/models/{model}/endpoints",
        provider="openrouter",
        every=timedelta(hours=4),
        accept="application/json",
        via="api",
        ancestry="catalogues",
        anchors=(model,),
        least=least,
        reader=read,
    )


def read(page: Page) -> Reading:
    answer = answer_of(page)
    data = answer.get("data") if isinstance(answer, dict) else None
    model = str(data.get("id") or "") if isinstance(data, dict) else ""
    return catalogue(one for row in rows_of(answer, "endpoints") for one in endpoint(row, model))


def endpoint(row: Row, model: str) -> Iterator[Stated]:
    """What one host charges: its prices, and those of longer prompts and of hours of the day."""
    named = "-".join(str(row.get("provider_name") or "").lower().split())
    host = provider_of(_HOSTS.get(named, named))
    pricing = row.get("pricing")
    if not host or not isinstance(pricing, dict):
        return
    tag = str(row.get("tag") or host)
    terms = with_discount(terms_of(tag), pricing.get("discount"))
    overrides = objects_of(pricing.get("overrides"))
    hourly = any(key.startswith("utc_") for one in overrides for key in one)
    # Where the price goes by the hour, no hour's price is the standard one.
    yield from _stated(model, host, tag, pricing, replace(terms, window="other hours") if hourly else terms)
    lengths = [one for one in overrides if not any(key.startswith("utc_") for key in one)]
    for one, band in zip(lengths, _bands(lengths), strict=False):
        yield from _stated(model, host, f"{tag} {band}", one, replace(terms, context=band))
    for one in overrides:
        if (window := hours(one)) and "min_prompt_tokens" not in one:
            yield from _stated(model, host, f"{tag} {window}", one, replace(terms, window=window))


def _stated(model: str, host: str, tag: str, prices: Row, terms: Terms) -> Iterator[Stated]:
    is_free = model.endswith(":free")
    for key, meter in _PRICES.items():
        yield Stated(model, f"{tag} {key}", prices.get(key), meter, PER_TOKEN, terms, host, is_free)


def terms_of(tag: str) -> Terms:
    """ "google-vertex/us-south1" names a region, "deepinfra/turbo" a tier, "novita/fp8" neither."""
    parts = [part for part in tag.lower().split("/")[1:] if not _QUANTIZED.fullmatch(part)]
    region = next((part for part in parts if _REGION.fullmatch(part)), "")
    return Terms(tier=" ".join(part for part in parts if part != region), region=region)


def with_discount(terms: Terms, discount: Json) -> Terms:
    """A price that a discount has lowered for now is not the host's list price."""
    lowered = discount not in (None, 0, "", "0")
    return replace(terms, tier=f"{terms.tier} discount".strip()) if lowered else terms


def _bands(lengths: list[Row]) -> list[str]:
    try:
        return list(bands(one.get("min_prompt_tokens") for one in lengths))
    except ValueError:
        return []


def hours(override: Row) -> str:
    """ "utc_start": 1630, "utc_end": 30 as "16:30-00:30Z", with the days before it; empty where unclear."""
    ends = [str(override.get(key, "")) for key in ("utc_start", "utc_end")]
    if not all(re.fullmatch(r"(?:1?\d|2[0-4])?[0-5]?\d", end, re.A) for end in ends):
        return ""
    start, end = (f"{int(text) // 100:02}:{int(text) % 100:02}" for text in ends)
    days = override.get("utc_days")
    named = ",".join(str(day)[:3].lower() for day in days) + " " if isinstance(days, list) else ""
    return f"{named}{start}-{end}Z"
