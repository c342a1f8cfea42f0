"""models.dev: what many providers charge for each model, kept by its community.

Not read on purpose: prices whose unit it does not say (per minute, per request, citations).
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from scrapers.catalogs._shared import bands, catalogue, object_of, provider_of
from scrapers.json_rows import Row, Stated, answer_of, places
from scrapers.meters import PER_MTOK
from scrapers.page import STANDARD, Page, ReadError, Reading, Refused, Terms
from scrapers.payload import Json, objects_of
from scrapers.source import Source

_PRICES = {
    "input": "input_mtok",
    "output": "output_mtok",
    "reasoning": "output_reasoning_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "input_audio": "input_audio_mtok",
    "output_audio": "output_audio_mtok",
}
_MODES = ("batch", "flex", "priority", "fast")
_FREE = re.compile(r"\bfree\b", re.I)
_NO_OUTPUT = re.compile(r"embed|rerank", re.I)  # an output of 0 is none there


def read(page: Page) -> Reading:
    """Providers and their models: as the API answers, or with the models right below, as its files lie."""
    return catalogue(
        found
        for provider, models in _providers(answer_of(page)).items()
        for model, row in models.items()
        if isinstance(row, dict)
        for found in _model(provider, model, row)
    )


def _providers(answer: Json) -> dict[str, Row]:
    for place in places(answer):
        found = {provider: _models(entry) for provider, entry in place.items()}
        if any(
            isinstance(row, dict) and "cost" in row for models in found.values() for row in models.values()
        ):
            return found
    raise ReadError("unexpected_page", "JSON without providers, their models and what these cost")


def _models(entry: Json) -> Row:
    return object_of(object_of(entry).get("models", entry))


def _model(provider: str, model: str, row: Row) -> Iterator[Stated | Refused]:
    is_free = bool(_FREE.search(f"{model} {row.get('name')}"))
    try:
        costs = list(_costs(row))
    except ValueError as why:
        yield Refused(f"{provider} {model}", str(why))
        return
    for terms, cost in costs:
        where = " ".join((f"({provider})", *terms.as_dict().values()))
        for path, meter in _PRICES.items():
            if path == "output" and not cost.get(path) and _NO_OUTPUT.search(model):
                continue
            yield Stated(
                model,
                f"{where} {path}",
                cost.get(path),
                meter,
                PER_MTOK,
                terms,
                provider_of(provider),
                is_free,
            )


def _costs(row: Row) -> Iterator[tuple[Terms, Row]]:
    """What a model costs, on which terms. Raises ValueError."""
    cost = object_of(row.get("cost"))
    yield STANDARD, cost
    tiers = [t for t in objects_of(cost.get("tiers")) if _tier(t).get("type", "context") == "context"]
    starts = [_tier(tier).get("size") for tier in tiers]
    yield from ((Terms(context=band), tier) for band, tier in zip(bands(starts), tiers, strict=True))
    if not tiers:  # else it is the old name of the first of them, whatever its size
        yield Terms(context=">200K"), object_of(cost.get("context_over_200k"))
    modes = object_of(object_of(row.get("experimental")).get("modes"))
    yield from ((Terms(tier=mode), object_of(object_of(modes.get(mode)).get("cost"))) for mode in _MODES)


def _tier(tier: Row) -> Row:
    return object_of(tier.get("tier"))


SOURCE = Source(
    url="https://models.dev/api.json",
    reader=read,
    accept="application/json",
    via="api",
    ancestry="catalogues",
    every=timedelta(hours=6),
    anchors=("gpt-4o", "gpt-4o-mini", "gpt-5", "deepseek-chat", "gemini-2.5-pro", "claude-sonnet-4-5"),
    least=20,
)
