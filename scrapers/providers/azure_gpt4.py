"""Azure's retail prices of GPT-4.1, GPT-4o and older models in one region, as `azure` reads them."""

from scrapers.providers._azure_meters import address, retail_prices
from scrapers.source import Source

SOURCE = Source(
    url=address("Azure OpenAI"),
    provider="azure",
    accept="application/json",
    via="api",
    ancestry="azure",
    reader=retail_prices,
    anchors=("gpt-4.1", "gpt-4.1-mini", "gpt-4o-1120", "gpt-4o-0806", "gpt-4o-mini-0718"),
    least=4,
)
