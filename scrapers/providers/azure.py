"""Azure's retail prices of the GPT-5 models in one region: global, data zone and regional deployments.

Not read on purpose: provisioned throughput, fine-tuning, audio and images. Other Azure OpenAI models are in
`azure-gpt4` and `azure-reasoning`, because one answer of the API holds 1000 meters.
"""

from scrapers.providers._azure_meters import address, retail_prices
from scrapers.source import Source

SOURCE = Source(
    url=address("Azure OpenAI GPT5"),
    provider="azure",
    accept="application/json",
    via="api",
    reader=retail_prices,
    anchors=(
        "gpt-5",
        "gpt-5-mini",
        "gpt-5-nano",
        "gpt-5.1",
        "gpt-5.4",
        "gpt-5.4-mini",
        "gpt-5.5",
        "gpt-4o-0806",
    ),
    least=4,
)
