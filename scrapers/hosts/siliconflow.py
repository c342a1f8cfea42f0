"""SiliconFlow's page of prices, whose tables are no tables: a line each for heading, name, "$" and amount.

Not read on purpose: what is charged by the image, the video or the byte.
"""

from scrapers.generic import generic
from scrapers.source import Source

SOURCE = Source(
    url="https://www.siliconflow.com/pricing",
    reader=generic,
    anchors=("DeepSeek-V4-Pro", "DeepSeek-V3.2", "DeepSeek-R1", "GLM-5.1", "Kimi-K2.6", "gpt-oss-120b"),
    least=8,
)
