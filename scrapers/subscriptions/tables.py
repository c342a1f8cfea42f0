"""The prices in tables of plans, plans as columns or as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.grid import Grid
from scrapers.subscriptions.names import PlanNames

_PRICED = re.compile(
    r".*?\b(?:pric(?:e|es|ing)|costs?|per (?:month|year)|billing|subscription)\b"
    r"|\W*(?:monthly|annual|yearly|billed)",
    re.I,
)
_NO_PRICE = re.compile(
    r"\b(?:credits?|allotment|allowance|limits?|usage|overage|additional|extra|discount|savings?|tokens?|requests?|change|old|previous)\b",
    re.I,
)


def plan_cells(grid: Grid, names: PlanNames) -> Iterator[tuple[str, str, str]]:
    """(plan, heading of the row or column, text) of each cell where a plan meets a price."""
    heads = [names.title(text.split("\n")[0], heading=True) for text in grid.headings]
    if any(heads[1:]):
        for row in grid.body:
            yield from (
                (plan, row[0].text, cell.text)
                for plan, cell in zip(heads[1:], row[1:], strict=True)
                if plan and _is_priced(row[0].text)
            )
        return
    for row in grid.body:
        if plan := names.title(row[0].text.split("\n")[0], heading=True):
            yield from (
                (plan, head, cell.text)
                for head, cell in zip(grid.headings[1:], row[1:], strict=True)
                if _is_priced(head)
            )


def _is_priced(heading: str) -> bool:
    return bool(_PRICED.match(heading)) and not _NO_PRICE.search(heading)
