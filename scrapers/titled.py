"""Whose prices a table states that names no model: those of the model in the heading above it."""

from __future__ import annotations

import re
from dataclasses import replace

from scrapers.grid import Cell, Grid
from scrapers.meters import meter_of
from scrapers.names import LONGEST
from scrapers.terms import tier_only

# What heads a column of prices and is no model's name: "Paid Tier, per 1M tokens in USD", "Price", "Batch".
_PRICED = re.compile(
    r"\b(?:free|paid|standard|batch|flex|priority|on[- ]demand|pay[- ]as[- ]you[- ]go|regular|default|tiers?"
    r"|plans?|prices?|pricing|costs?|rates?|fees?|amount|value|per|for|in|of|the|and|one|1|m|1m|k|1k|1,000|1,000,000|million"
    r"|thousand|tokens?|usd|us|eur|dollars?|global|unit|list)\b|价格|单价|费用|标准|批量|每|百万|千|元|付费|[\W_]+",
    re.I,
)
_BATCHES = re.compile(
    r"\W*(?:\w+ )?batch(?:es|job|ing)?(?: (?:api|inference|jobs?|pricing|prices?|processing))*\W*"
    r"|批量(?:推理|处理|任务)?(?:定价|价格|计费)?",
    re.I,
)
_FREE = re.compile(r"\bfree\b|免费", re.I)
# A heading that tells what the section is about, not whose prices stand in it.
_ABOUT = re.compile(
    r"pric|cost|example|usage|tool|how\b|overview|batch|cach|token|feature|models\b|\bapis?\b|rate|plan|tier|faq|fee|bill"
    r"|discount|calculat|total|summary|compar|\?|价格|计费|模型|示例|说明|费用",
    re.I,
)


def is_of_prices(text: str) -> bool:
    """Whether the heading of a column or row says only that prices stand there."""
    has_word = 0 < len(text) <= LONGEST and bool(re.search(r"[a-z]{3}|[一-鿿]", text, re.I))
    return has_word and not _PRICED.sub("", text)


def is_free_tier(text: str) -> bool:
    return is_of_prices(text) and bool(_FREE.search(text))


def is_of_batches(title: str) -> bool:
    """Whether a page's title says that all its prices are of batches: "Batch API pricing"."""
    return bool(_BATCHES.fullmatch(title[:80]))


def is_about(heading: str) -> bool:
    """Whether a heading tells what its section is about, and names no model."""
    return bool(_ABOUT.search(heading)) or bool(meter_of(heading))


def titles_of(grid: Grid) -> list[str]:
    """The models that the heading above a table names, each with its id below it; [] where it names none."""
    heading = next((words for words in reversed(grid.path) if not tier_only(words)), "")
    if grid.id:
        return [f"{heading}\n{id}" for id in grid.id.split("\n")]
    named = 0 < len(heading) <= LONGEST and not is_about(heading)
    return [heading] if named else []


def with_heads(grid: Grid) -> Grid:
    """A table that begins with "Input | $3" at once, with a row of headings above."""
    first = grid.rows[0] if grid.rows else ()
    if len(first) != 2 or not meter_of(first[0].text) or meter_of(first[1].text):
        return grid
    return replace(grid, rows=((Cell("", is_header=True), Cell("Price", is_header=True)), *grid.rows))
