"""Alibaba Cloud Model Studio's English page of prices, in dollars: list prices, also beside a discount.

Not read on purpose: Omni models, speech, videos, fine-tuning and deployment.
"""

from scrapers.providers._model_studio import prices
from scrapers.source import Source

SOURCE = Source(
    url="https://www.alibabacloud.com/help/en/model-studio/model-pricing",
    reader=prices(),
    anchors=(
        "qwen3.8-max",
        "qwen3.7-max",
        "qwen3-max",
        "qwen-max",
        "qwen-plus",
        "qwen-flash",
        "qwen3.7-plus",
    ),
    least=10,
)
