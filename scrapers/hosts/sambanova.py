"""SambaNova Cloud's table of prices; its page streams the table in behind a placeholder."""

from scrapers.readers import table
from scrapers.source import Source

SOURCE = Source(
    url="https://cloud.sambanova.ai/plans/pricing",
    reader=table(),
    anchors=(
        "DeepSeek-V3.2",
        "DeepSeek-V3.1",
        "DeepSeek-R1-0528",
        "gpt-oss-120b",
        "Meta-Llama-3.3-70B-Instruct",
    ),
    least=4,
)
