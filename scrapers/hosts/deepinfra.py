"""DeepInfra: its public list of models with their prices, or its page, which has every table twice."""

from scrapers.hosts._either import api_or_page
from scrapers.json_rows import json_rows
from scrapers.meters import PER_MTOK
from scrapers.readers import table
from scrapers.source import Source

SOURCE = Source(
    url="https://api.deepinfra.com/v1/openai/models",
    accept="application/json",
    via="api",
    reader=api_or_page(
        json_rows(
            rows="data",
            prices={
                "metadata.pricing.input_tokens": ("input_mtok", PER_MTOK),
                "metadata.pricing.cache_read_tokens": ("cache_read_mtok", PER_MTOK),
                "metadata.pricing.output_tokens": ("output_mtok", PER_MTOK),
            },
        ),
        table(),
    ),
    anchors=(
        "deepseek-ai/DeepSeek-V4-Pro",
        "deepseek-ai/DeepSeek-V3.2",
        "deepseek-ai/DeepSeek-R1-0528",
        "openai/gpt-oss-120b",
        "DeepSeek-V4-Pro",
        "DeepSeek-V3.2",
        "DeepSeek-R1-0528",
        "gpt-oss-120b",
    ),
    least=8,
)
