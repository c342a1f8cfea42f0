"""OpenRouter's list of models, which it resells at prices of its own."""

from scrapers.json_rows import PER_REQUEST, PER_SEARCH, PER_TOKEN, Row, json_rows
from scrapers.source import Source


def is_alias(row: Row) -> bool:
    """`~openai/gpt-latest` is another model's name: where it points moves, its price does not."""
    return str(row.get("id", "")).startswith("~") or bool(row.get("alias_target"))


def is_free(row: Row) -> bool:
    """ "0" stands for free, for "by another unit" (songs, images) and for "not known yet"."""
    return str(row.get("id", "")).endswith(":free")


# Left out: `image` and `image_output`, stated per image in one year and per token in the next under one name;
# `overrides`, the prices from a number of prompt tokens on.
SOURCE = Source(
    url="https://openrouter.ai/api/v1/models",
    accept="application/json",
    via="api",
    ancestry="catalogues",
    least=4,
    reader=json_rows(
        rows="data",
        prices={
            "pricing.prompt": ("input_mtok", PER_TOKEN),
            "pricing.completion": ("output_mtok", PER_TOKEN),
            "pricing.input_cache_read": ("cache_read_mtok", PER_TOKEN),
            "pricing.input_cache_write": ("cache_write_mtok", PER_TOKEN),
            "pricing.input_cache_write_1h": ("cache_write_1h_mtok", PER_TOKEN),
            "pricing.internal_reasoning": ("output_reasoning_mtok", PER_TOKEN),
            "pricing.image_token": ("input_image_mtok", PER_TOKEN),
            "pricing.audio": ("input_audio_mtok", PER_TOKEN),
            "pricing.audio_output": ("output_audio_mtok", PER_TOKEN),
            "pricing.input_audio_cache": ("cache_audio_read_mtok", PER_TOKEN),
            "pricing.request": ("requests_kcount", PER_REQUEST),
            "pricing.web_search": ("web_searches_kcount", PER_SEARCH),
        },
        is_free=is_free,
        is_left_out=is_alias,
    ),
)
