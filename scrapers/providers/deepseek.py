"""DeepSeek's page of prices: models as columns, hours of the day and promotions within the table.

"Peak" and "off-peak" stay the page's words: their hours stand in a footnote, with weekdays that come and go.
"""

from scrapers.readers import table
from scrapers.source import Source

SOURCE = Source(
    url="https://api-docs.deepseek.com/quick_start/pricing/",  # without the last slash another page answers
    reader=table(needs=("input_mtok", "cache_read_mtok", "output_mtok"), carries_names=True),
    least=3,
)
