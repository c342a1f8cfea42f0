"""AWS' price list of the models that Bedrock sells through the Marketplace in us-east-1, such as Claude."""

from scrapers.providers._aws_price_list import price_list
from scrapers.source import Source

SOURCE = Source(
    url="https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonBedrockFoundationModels/current/us-east-1/index.json",
    provider="aws",
    accept="application/json",
    via="api",
    reader=price_list(("AmazonBedrockFoundationModels",)),
    anchors=(
        "Claude Sonnet 4.6",
        "Claude Opus 4.6",
        "Claude Haiku 4.5",
        "Claude Sonnet 4.5",
        "Claude 3 Haiku",
    ),
    least=3,
)
