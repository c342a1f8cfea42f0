"""Alibaba's Chinese page of model prices (Bailian), in yuan, from the answer that the page is made of.

Not read on purpose: Omni models, speech, videos, fine-tuning and deployment.
"""

from scrapers.in_currency import in_currency
from scrapers.providers._model_studio import prices
from scrapers.source import Source

SOURCE = Source(
    url="https://help.aliyun.com/help/json/document_detail.json"
    "?alias=%2Fmodel-studio%2Fmodel-pricing&pageNum=1&pageSize=20&website=cn&language=zh",
    accept="application/json",
    via="api",
    provider="alibaba",
    reader=in_currency("CNY", prices()),
    anchors=("qwen3.8-max", "qwen3.7-max", "qwen3-max", "qwen-max", "qwen-plus", "qwen-flash"),
    least=10,
)
