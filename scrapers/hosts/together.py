"""Together's page of prices: tables of serverless models, the cached price within the input's cell.

Not read on purpose: the Batch price, which only a switch shows, and tables by the image, the hour or the GPU.
"""

from scrapers.readers import table
from scrapers.source import Source

SOURCE = Source(
    url="https://www.together.ai/pricing",
    reader=table(),
    anchors=(
        "DeepSeek V4 Pro 0813",
        "DeepSeek V4 Pro",
        "DeepSeek-V3.1",
        "DeepSeek-R1-0528",
        "GLM-5.2",
        "Kimi K3",
        "gpt-oss-120B",
        "Llama 3.3 70B",
    ),
    least=6,
)
