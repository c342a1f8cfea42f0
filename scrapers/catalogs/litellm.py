"""LiteLLM's table of models, with the price that each provider is said to charge for it.

Not read on purpose: what has no meter here (pixels, seconds of video in, storage, sessions, capacity by the
second, Databricks' units, searches whose price depends on the size of their context), and multipliers.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

from scrapers.catalogs._shared import bands, catalogue, provider_of
from scrapers.json_rows import PER_REQUEST, PER_SEARCH, PER_TOKEN, Row, Stated, answer_of, places
from scrapers.meters import Unit
from scrapers.page import STANDARD, Page, ReadError, Reading, Refused, Terms
from scrapers.payload import Json, objects_of
from scrapers.source import Source
from scrapers.terms import context_in, merged

_CHARACTER, _IMAGE, _PAGE, _SECOND = Unit("character"), Unit("image"), Unit("page"), Unit("second")
_METERS = {
    "input_cost_per_token": ("input_mtok", PER_TOKEN),
    "output_cost_per_token": ("output_mtok", PER_TOKEN),
    "output_cost_per_reasoning_token": ("output_reasoning_mtok", PER_TOKEN),
    "input_cost_per_token_cache_hit": ("cache_read_mtok", PER_TOKEN),
    "cache_read_input_token_cost": ("cache_read_mtok", PER_TOKEN),
    "cache_creation_input_token_cost": ("cache_write_mtok", PER_TOKEN),
    "cache_creation_input_token_cost_above_1hr": ("cache_write_1h_mtok", PER_TOKEN),
    "input_cost_per_audio_token": ("input_audio_mtok", PER_TOKEN),
    "output_cost_per_audio_token": ("output_audio_mtok", PER_TOKEN),
    "cache_read_input_audio_token_cost": ("cache_audio_read_mtok", PER_TOKEN),
    "cache_creation_input_audio_token_cost": ("cache_audio_write_mtok", PER_TOKEN),
    "input_cost_per_image_token": ("input_image_mtok", PER_TOKEN),
    "output_cost_per_image_token": ("output_image_mtok", PER_TOKEN),
    "cache_read_input_image_token_cost": ("cache_image_read_mtok", PER_TOKEN),
    "input_cost_per_video_token": ("input_video_mtok", PER_TOKEN),
    "input_cost_per_character": ("input_mchars", _CHARACTER),
    "output_cost_per_character": ("output_mchars", _CHARACTER),
    "input_cost_per_image": ("input_images", _IMAGE),
    "output_cost_per_image": ("output_images", _IMAGE),
    "input_cost_per_audio_per_second": ("input_audio_minutes", _SECOND),
    "output_cost_per_video_per_second": ("output_video_seconds", _SECOND),
    "input_cost_per_request": ("requests_kcount", PER_REQUEST),
    "ocr_cost_per_page": ("input_document_kpages", _PAGE),
}
_METERS_OF_MODE = {
    ("input_cost_per_second", "audio_transcription"): ("input_audio_minutes", _SECOND),
    ("output_cost_per_second", "video_generation"): ("output_video_seconds", _SECOND),
    ("input_cost_per_query", "rerank"): ("rerank_searches_kcount", PER_SEARCH),
    ("input_cost_per_query", "search"): ("web_searches_kcount", PER_SEARCH),
    ("input_cost_per_image", "image_generation"): (
        "output_images",
        _IMAGE,
    ),  # by it LiteLLM charges what is made
}
_TERMS = re.compile(
    r"_(?:above_(?P<thousands>[1-9]\d{1,3})k_tokens|(?P<tier>batches|batch_requests|flex|priority|fast))\Z"
)
_TIERS = {"batches": "batch", "batch_requests": "batch"}
_WITH_OUTPUT = ("chat", "completion", "responses", "")  # in other modes an output of 0 is none
_REGION = re.compile(r"([a-z]{2}(?:-gov)?-[a-z]+-\d|us|eu)/")
_TOO_CHEAP = Decimal("0.00001")  # no image costs less: such is a price per token of an image


def read(page: Page) -> Reading:
    """Every row but the one that explains the others."""
    rows = _rows(answer_of(page))
    return catalogue(
        found
        for model, row in rows.items()
        if isinstance(row, dict) and model != "sample_spec"
        for found in _row(model, row)
    )


def _rows(answer: Json) -> Row:
    for place in places(answer):
        if any(isinstance(row, dict) and any(_meaning(key, "") for key in row) for row in place.values()):
            return place
    raise ReadError("unexpected_page", "JSON without models and what these cost")


def _row(key: str, row: Row) -> Iterator[Stated | Refused]:
    mode, said = str(row.get("mode") or ""), str(row.get("litellm_provider") or "")
    if mode == "image_generation" and "output_cost_per_image" in row:
        mode = "image_edit"  # it states apart what an image costs that it is shown
    model, own = _named(key, said)
    told_by = f"({key if key != model else said})"
    try:
        parts = list(_parts(row))
    except ValueError as why:
        parts = [(STANDARD, row)]
        yield Refused(f"{key} tiered_pricing", str(why))
    for around, part in parts:
        for path, value in part.items():
            found = _meaning(path, mode)
            if found is None or (found[0] == "output_mtok" and not value and mode not in _WITH_OUTPUT):
                continue
            meter, unit, terms = found
            where = " ".join(filter(None, (told_by if said else "", around.context, path)))
            if meter == "input_images" and isinstance(value, Decimal) and 0 < value < _TOO_CHEAP:
                yield Refused(f"{model} {where} {value}", "too little for an image")
                continue
            terms, is_free = merged(own, around, terms), key.endswith(":free")
            yield Stated(model, where, value, meter, unit, terms, provider_of(said), is_free)


def _named(key: str, provider: str) -> tuple[str, Terms]:
    """The model as its provider spells it: "azure/eu/gpt-4o" is gpt-4o, on the terms that say so."""
    model, tier, region = key, "", ""
    for way in (f"{provider}/", f"{provider.partition('-')[0]}/"):
        model = model.removeprefix(way) if provider else model
    if model.startswith("fast/"):
        model, tier = model.removeprefix("fast/"), "fast"
    if found := _REGION.match(model):
        model, region = model[found.end() :], found[1]
    return model, Terms(tier=tier, region=region)


def _parts(row: Row) -> Iterator[tuple[Terms, Row]]:
    """The row itself, and its bands of context. Raises ValueError."""
    yield STANDARD, row
    tiers = [tier for tier in objects_of(row.get("tiered_pricing")) if isinstance(tier.get("range"), list)]
    starts = bands(next(iter(tier["range"]), None) for tier in tiers)
    yield from ((Terms(context=context), tier) for context, tier in zip(starts, tiers, strict=True))


@lru_cache(maxsize=4096)
def _meaning(key: str, mode: str) -> tuple[str, Unit, Terms] | None:
    """The meter, unit and terms of a price by its key; None where it is none that is read."""
    said = STANDARD
    while True:
        if found := _METERS_OF_MODE.get((key, mode)) or _METERS.get(key):
            return *found, said
        if (ending := _TERMS.search(key)) is None:
            return None
        thousands, tier = ending["thousands"], ending["tier"] or ""
        context = context_in(f">{thousands}k") if thousands else ""
        said = merged(said, Terms(tier=_TIERS.get(tier, tier), context=context))
        key = key[: ending.start()]


SOURCE = Source(
    url="https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json",
    reader=read,
    accept="application/json",
    via="api",
    ancestry="catalogues",
    every=timedelta(hours=6),
    anchors=("gpt-4", "gpt-4o", "gpt-4o-mini", "gpt-5", "claude-3-haiku-20240307"),
    least=20,
)
