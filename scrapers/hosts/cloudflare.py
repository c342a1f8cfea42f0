"""Cloudflare Workers AI: dollars in lines of one cell, "$0.293 per M input tokens"; what it bills is neurons.

Not read on purpose: neurons, and what is charged by the tile, the step or the minute.
"""

from scrapers.readers import table
from scrapers.source import Source

SOURCE = Source(
    url="https://developers.cloudflare.com/workers-ai/platform/pricing/index.md",
    accept="text/markdown",
    via="markdown",
    reader=table(),
    anchors=(
        "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
        "@cf/deepseek-ai/deepseek-r1-distill-qwen-32b",
        "@cf/deepseek-ai/deepseek-v4-pro-0813",
        "@cf/openai/gpt-oss-120b",
    ),
    least=10,
)
