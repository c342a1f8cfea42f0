"""Z.ai's page of prices, in Markdown or rendered as HTML.

Not read on purpose: storage of cached input (free for a limited time), videos, agents and tools.
"""

from scrapers.by_unit import by_unit
from scrapers.readers import table
from scrapers.source import Source

SOURCE = Source(
    url="https://docs.z.ai/guides/overview/pricing.md",
    accept="text/markdown",
    via="markdown",
    reader=table(needs=("input_mtok", "cache_read_mtok", "output_mtok"), carries_names=True, also=by_unit()),
    anchors=("GLM-5.3", "GLM-5.2", "GLM-5.1", "GLM-5", "GLM-4.7", "GLM-4.6", "GLM-4.5"),
    least=8,
)
