"""Reka's page of prices: chat by the token and the minute, research by the request.

Not read on purpose: images and minutes of video, whose unit the page leaves open or no meter counts.
"""

from scrapers.by_heading import by_heading
from scrapers.names import model_name
from scrapers.page import Terms
from scrapers.readers import table
from scrapers.source import Source


def named(printed: str) -> str:
    """The id in the first line; below it stand its snapshot and a description."""
    return model_name(printed.split("\n")[0])


SOURCE = Source(
    url="https://docs.reka.ai/pricing.md",
    accept="text/markdown",
    via="markdown",
    reader=table(
        named=named,
        also=by_heading(
            {
                r"audio \(per min\)": "input_audio_minutes",
                r"standard requests": "requests_kcount",
                r"parallel thinking \(low\)": ("requests_kcount", Terms(tier="parallel thinking, low")),
                r"parallel thinking \(high\)": ("requests_kcount", Terms(tier="parallel thinking, high")),
            },
            named=named,
        ),
    ),
    anchors=("reka-core", "reka-flash", "reka-spark", "reka-edge", "reka-flash-3", "reka-flash-research"),
    least=4,
)
