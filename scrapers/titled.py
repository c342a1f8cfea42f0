"""Whose prices a table states that names no model: those of the model in the heading above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from scrapers.grid import Cell, Grid
from scrapers.meters import meter_of
from scrapers.names import ID, LONGEST
from scrapers.terms import context_in, tier_only, without_context

# What heads a column of prices and is no model's name: "Paid Tier, per 1M tokens in USD", "Price", "Batch".
_PRICED = re.compile(
    r"\b(?:free|paid|standard|batch|flex|priority|on[- ]demand|pay[- ]as[- ]you[- ]go|regular|default|tiers?"
    r"|plans?|prices?|pricing|costs?|rates?|fees?|amount|value|per|for|in|of|the|and|one|1|m|1m|k|1k|1,000|1,000,000|million"
    r"|thousand|tokens?|usd|us|eur|dollars?|global|unit|list|original|former|previous|old|discount(?:ed)?|promo(?:tional)?"
    r"|sale|special|current|now|new)\b|价格|单价|费用|标准|批量|每|百万|千|元|付费|原价|旧价|折扣价?|优惠价?|现价|限时|[\W_]+",
    re.I,
)
_BATCHES = re.compile(
    r"\W*(?:\w+ )?batch(?:es|job|ing)?(?: (?:api|inference|jobs?|pricing|prices?|processing))*\W*"
    r"|批量(?:推理|处理|任务)?(?:定价|价格|计费)?",
    re.I,
)
_FREE = re.compile(r"\bfree\b|免费", re.I)
_FORMER = re.compile(r"\b(?:original|former|previous|old)\b|原价|旧价", re.I)
_CONTEXT = re.compile(r"\W*(?:context(?: (?:length|window|size))?|上下文(?:长度)?)?\W*", re.I)
# A heading under which stands no more than what the heading above it names costs.
_ONLY_PRICES = re.compile(
    r"\W*(?:(?:api|token|model|official) )*(?:pric(?:e|es|ing)|costs?|rates?|model card)\W*"
    r"|(?:模型|产品)?(?:与|和|及)?(?:定价|价格|计费|资费)(?:说明|详情)?",
    re.I,
)
# A heading that tells what the section is about, not whose prices stand in it.
_ABOUT = re.compile(
    r"pric|cost|example|usage|tool|how\b|overview|batch|cach|token|feature|models\b|\bapis?\b|rate|plan|tier|faq|fee|bill"
    r"|discount|calculat|total|summary|compar|\?|价格|计费|模型|示例|说明|费用|preis|tarif|precio|prix|料金|価格|가격|요금"
    r"|\b(?:settings?|parameters?|variables?|environment|references?|guides?|benchmarks?|performance|details|limits?"
    r"|notes|steps?)\b|\bconfig",
    re.I,
)

# "Kite 4 pricing", "kite-4o token prices": the model is what stands before.
_OF_ONE = re.compile(
    r"(?P<name>(?:[A-Z][\w.+-]*\s){0,3}[\w.+-]*\d[\w.+:-]*(?:\s[A-Z][\w.-]*){0,2}?)"
    r"(?i:\s(?:(?:api|token)\s)*(?:pric(?:es?|ing)|costs?|rates?)(?:\s(?:&|and)\sapi)?)"
)
_NO_VERSION = re.compile(
    r"\b(?:20\d\d|q[1-4]|h[12]|v\d+|top|versions?|phase|part|chapter|section|release|update|gen(?:eration)?|region|zone"
    r"|family|series|fine|tuned|tuning|training|cached|all|our|new|old|vs)\b",
    re.I,
)


def is_of_prices(text: str) -> bool:
    """Whether the heading of a column or row says only that prices stand there."""
    has_word = 0 < len(text) <= LONGEST and bool(re.search(r"[a-z]{3}|[一-鿿]", text, re.I))
    return has_word and not _PRICED.sub("", text)


def is_of_context(text: str) -> bool:
    """Whether the heading of a column or row says only for which prompts its prices are: "Context > 200K"."""
    return bool(context_in(text)) and bool(_CONTEXT.fullmatch(without_context(text)))


def is_former(text: str) -> bool:
    """Whether such a heading says that its prices hold no more: "Original price" beside "Discounted"."""
    return bool(_FORMER.search(text))


def is_free_tier(text: str) -> bool:
    """Whether such a heading says that its prices are those of a free tier."""
    return bool(_FREE.search(text))


def names_of(printed: str, grid: Grid) -> list[str]:
    """Whose prices a row states: of the name that it prints, or of the heading above where it prints none."""
    if not (is_of_prices(printed) or is_of_context(printed)):
        return [printed]
    return [] if is_free_tier(printed) or is_former(printed) else titles_of(grid)


def is_of_batches(title: str) -> bool:
    """Whether a page's title says that all its prices are of batches: "Batch API pricing"."""
    return bool(_BATCHES.fullmatch(title[:80]))


def is_about(heading: str) -> bool:
    """Whether a heading tells what its section is about, and names no model."""
    return bool(_ABOUT.search(heading)) or bool(_ONLY_PRICES.fullmatch(heading)) or bool(meter_of(heading))


def title_of(path: Sequence[str]) -> str:
    """The model whose prices stand under these headings, outermost first; "" where they name none.

    It is the last one, or what that says is priced ("Kite 4 pricing"); or, right above one that says only
    "Pricing", the same or the id of the page's one model.
    """
    if not path or (0 < len(path[-1]) <= LONGEST and not is_about(path[-1].split("\n")[0])):
        return path[-1] if path else ""
    if not _ONLY_PRICES.fullmatch(path[-1]):
        return _priced_one(path[-1])
    above = path[-2] if len(path) > 1 else ""
    is_id = bool(ID.fullmatch(above.casefold())) and bool(re.search(r"[a-z].*\d", above, re.I))
    return above if is_id and len(above) <= LONGEST and not is_about(above) else _priced_one(above)


def _priced_one(heading: str) -> str:
    """The model with a version whose prices a heading announces; "" where it may be something else."""
    said = _OF_ONE.fullmatch(heading[:LONGEST])
    if said is None or _NO_VERSION.search(said["name"]) or is_about(said["name"]):
        return ""
    return said["name"] if re.search(r"[a-z]", said["name"], re.I) else ""


def titles_of(grid: Grid) -> list[str]:
    """The models that the heading above a table names, each with its id below it; [] where it names none."""
    path = list(grid.path)
    while path and tier_only(path[-1]):
        path.pop()
    if grid.id:
        return [f"{path[-1] if path else ''}\n{id}" for id in grid.id.split("\n")]
    return list(filter(None, [title_of(path)]))


def with_title(grid: Grid) -> Grid:
    """A table of one row whose headings are all meters, with a column that says that these are prices."""
    first = grid.rows[0] if len(grid.rows) == 2 else ()
    if len(first) < 2 or not all(meter_of(cell.text) for cell in first):
        return grid
    heads, row = grid.rows
    top = (Cell("Model", is_header=True), *(replace(cell, is_header=True) for cell in heads))
    return replace(grid, rows=(top, (Cell("Price"), *row)))


def with_heads(grid: Grid) -> Grid:
    """A table that begins with "Input | $3" at once, with a row of headings above."""
    first = grid.rows[0] if grid.rows else ()
    if len(first) != 2 or not meter_of(first[0].text) or meter_of(first[1].text):
        return grid
    return replace(grid, rows=((Cell("", is_header=True), Cell("Price", is_header=True)), *grid.rows))
