"""Chutes: its public list of models, which states each price in dollars and in TAO; the dollars are read."""

from scrapers.json_rows import json_rows
from scrapers.meters import PER_MTOK
from scrapers.source import Source

SOURCE = Source(
    url="https://llm.chutes.ai/v1/models",
    accept="application/json",
    via="api",
    reader=json_rows(
        rows="data",
        prices={
            "price.input.usd": ("input_mtok", PER_MTOK),
            "price.input_cache_read.usd": ("cache_read_mtok", PER_MTOK),
            "price.output.usd": ("output_mtok", PER_MTOK),
        },
    ),
    anchors=("deepseek-ai/DeepSeek-V3.2-TEE", "moonshotai/Kimi-K2.6-TEE", "zai-org/GLM-5.2-TEE"),
    least=8,
)
