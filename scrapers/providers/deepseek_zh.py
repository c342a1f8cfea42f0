"""DeepSeek's Chinese page of prices, in yuan: models as columns, hours and promotions within the table.

"Peak" and "off-peak" stay the page's words, as on the English page: hours, weekdays and holidays stand in a
footnote and change, and a price that goes on under other hours is no new one.
"""

from scrapers.in_currency import in_currency
from scrapers.readers import table
from scrapers.source import Source

_prices = table(needs=("input_mtok", "cache_read_mtok", "output_mtok"), carries_names=True)

SOURCE = Source(
    url="https://api-docs.deepseek.com/zh-cn/quick_start/pricing/",
    provider="deepseek",
    reader=in_currency("CNY", _prices),
    anchors=("deepseek-flash", "deepseek-v4-flash", "deepseek-v4-pro", "deepseek-chat", "deepseek-reasoner"),
    least=3,
)
