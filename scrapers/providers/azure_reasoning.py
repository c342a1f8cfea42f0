"""Azure's retail prices of the o-series in one region, as `azure` reads them."""

from scrapers.providers._azure_meters import address, retail_prices
from scrapers.source import Source

SOURCE = Source(
    url=address("Azure OpenAI Reasoning"),
    provider="azure",
    accept="application/json",
    via="api",
    ancestry="azure",
    reader=retail_prices,
    anchors=("o1-1217", "o3-0416", "o3-mini-0131", "o4-mini-0416"),
    least=2,
)
