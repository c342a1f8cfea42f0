"""Venice's documentation of prices: tables with a column of ids in Markdown, or the rendered page's cards.

Not read on purpose: what is charged by the image, the song, the second or the call.
"""

from scrapers.generic import generic
from scrapers.readers import first_of, table
from scrapers.source import Source

SOURCE = Source(
    url="https://docs.venice.ai/overview/pricing.md",
    accept="text/markdown",
    via="markdown",
    reader=first_of(table(name=r"(?:model )?id", carries_names=True), generic),
    anchors=("deepseek-v4-pro", "deepseek-v3.2", "llama-3.3-70b", "zai-org-glm-4.6", "kimi-k2-6"),
    least=20,
)
