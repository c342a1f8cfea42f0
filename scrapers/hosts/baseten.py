"""Baseten's page of prices: the grid of Model APIs, whose rows are divs and whose cells are there twice.

Not read on purpose: dedicated deployments and training, which are charged by the minute of a GPU.
"""

from scrapers.generic import generic
from scrapers.source import Source

SOURCE = Source(
    url="https://www.baseten.co/pricing/",
    reader=generic,
    anchors=(
        "DeepSeek V4 Pro 0813",
        "DeepSeek V4 Pro",
        "DeepSeek V3.1",
        "GLM-5.2",
        "GLM-5.3-Flash",
        "Kimi K2.6",
    ),
    least=6,
)
