"""Perplexity's page of prices: tokens, citations, searches, and the fee of a request by its search context.

Not read on purpose: examples of bills, tools of the agent API, Pro Search, whose cells hold three fees.
"""

import re
from dataclasses import replace

from scrapers.by_heading import by_heading
from scrapers.page import Page, Reading, Terms
from scrapers.readers import table
from scrapers.source import Source
from scrapers.tables import is_html

_SIZES = ("low", "medium", "high")
_INDENT = re.compile(r"^[ \t]+", re.M)
_EVERY = re.compile(
    r"for every(?:\s|\*|<[^<>]{0,80}>){1,9}(1,?000)(?:\s|\*|<[^<>]{0,80}>){1,9}requests", re.I
)

_read = table(
    also=by_heading(
        {
            r"citation tokens.*": "citation_mtok",
            r"reasoning tokens.*": "output_reasoning_mtok",
            r"(?:search queries|searches).*": "web_searches_kcount",
            r"price \(\$/1m tokens\)": "input_mtok",
            r"price per (?:1k|1,?000) requests": "requests_kcount",
            **{
                rf"{size}(?: search)?(?: context)?(?: size)?": (
                    "requests_kcount",
                    Terms(context=f"{size} search context"),
                )
                for size in _SIZES
            },
        },
        name="model|api",
    ),
)


def read(page: Page) -> Reading:
    """What stands in a tab is indented, also what says the unit of its table ("for every 1000 requests")."""
    text = _INDENT.sub("", page.text) if not is_html(page) else page.text
    return _read(replace(page, text=_EVERY.sub(r"per \1 requests", text)))


SOURCE = Source(
    url="https://docs.perplexity.ai/docs/getting-started/pricing.md",
    accept="text/markdown",
    via="markdown",
    reader=read,
    anchors=("Sonar", "Sonar Pro", "Sonar Deep Research", "sonar", "sonar-pro"),
    least=6,
)
