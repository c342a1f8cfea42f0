"""Fireworks' documentation of serverless prices: "input / cached input / output" in one cell for each tier.

Not read on purpose: prices by a model's size, which name no model, and the discount of Batch.
"""

from scrapers.readers import table
from scrapers.source import Source

SOURCE = Source(
    url="https://docs.fireworks.ai/serverless/pricing.md",
    accept="text/markdown",
    via="markdown",
    reader=table(),
    anchors=("DeepSeek V4 Pro", "DeepSeek V4 Pro (0813)", "Kimi K2.6", "GLM 5.2", "OpenAI GPT OSS 120B"),
    least=12,
)
