"""AWS' price list of Amazon Bedrock in us-east-1: Nova, Titan and the open-weight models that AWS hosts.

Claude, Cohere, AI21 and other models sold through the Marketplace are in `bedrock-marketplace`.
"""

from scrapers.providers._aws_price_list import price_list
from scrapers.source import Source

SOURCE = Source(
    url="https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonBedrock/current/us-east-1/index.json",
    provider="aws",
    accept="application/json",
    via="api",
    reader=price_list(("AmazonBedrock", "AmazonBedrockService")),
    anchors=("Nova Lite", "Nova Pro", "Nova Micro", "Nova 2.0 Lite", "Llama 3.3 70B", "Titan Text G1 Lite"),
    least=3,
)
