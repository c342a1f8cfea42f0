"""The tables of Alibaba's price pages, rewritten so that the reader of tables tells their rows apart.

What a table says of a row beside its prices is written into the name of its model, behind a mark that is
taken out again: whether the model thinks, whether a cache was asked for, what goes in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scrapers.currencies import currency_in
from scrapers.grid import Cell, Grid
from scrapers.lines import one_line
from scrapers.meters import kinds_in, meter_of, read_unit
from scrapers.page import Page, ReadError
from scrapers.tables import Document, document

Row = tuple[Cell, ...]

MARK = "\u2063"  # invisible, and on no page
_MODEL = re.compile(r"((?:模型|model)\s*(?:id|名称|name|code)?)\s*[（(].*", re.I | re.S)
_NAMES = re.compile(r"(?:模型|model)\s*(?:id|名称|name|code)?", re.I)
_SCOPE = re.compile(
    r"(?:service )?deployment scope|deployment mode|服务部署范围|部署模式|地域|regions?", re.I
)
_MODE = re.compile(r"(?:thinking )?modes?|模式|思考模式", re.I)
_CATEGORY = re.compile(r"模型类别|类别|input (?:type|modality)|输入类型|(?:model )?type", re.I)
_REGION = re.compile(
    r"singapore|virginia|frankfurt|germany|tokyo|japan|hong kong|beijing|international|global|mainland"
    r"|新加坡|弗吉尼亚|法兰克福|德国|东京|日本|香港|北京|国际|全球|中国内地",
    re.I,
)
_NOT_THINKING = re.compile(r"non[- ]?thinking|非思考", re.I)
_THINKING = re.compile(r"(?<!non-)(?<!non )(?<!非)(?:thinking|思考)", re.I)
_EXPLICIT, _IMPLICIT = re.compile(r"explicit|显式", re.I), re.compile(r"implicit|隐式", re.I)
_ONE_SIDED = re.compile(r"embed|vector|rerank|向量|排序|translat|翻译|ocr|文字提取", re.I)
_PRICE = re.compile(r"price|cost|单价|价格|成本", re.I)
_NONE = re.compile(r"\W*")


def tables(page: Page) -> Document:
    """The page's tables, one for each mode and kind of cache. Raises ReadError where columns are lost."""
    shown = document(page)
    grids = [_headed(grid) for grid in shown.grids]
    halved = [grid for grid in grids if _is_half(grid)]
    if halved and 2 * len(halved) >= sum(map(_is_of_tokens, grids)):
        raise ReadError("missing_column", f"the tables on {page.url} state only input or only output")
    kept = (grid for grid in grids if not _is_half(grid))
    return replace(shown, grids=[part for grid in kept for part in _parts(_with_region(_by_row(grid)))])


def _headed(grid: Grid) -> Grid:
    """The grid with all its heading rows marked: cells that span down from the first row tell the second."""
    first = grid.rows[0]
    rows = [tuple(_heading(cell) for cell in first)]
    for row in grid.rows[1:]:
        if not any(c.spanned and c.text and c.text == head.text for c, head in zip(row, first, strict=True)):
            break
        rows.append(tuple(_heading(cell) for cell in row))
    return replace(grid, rows=(*rows, *grid.rows[len(rows) :]))


def _heading(cell: Cell) -> Cell:
    found = _MODEL.fullmatch(cell.text)
    return replace(cell, text=found[1] if found else cell.text, is_header=True)


def _meter(heading: str) -> str | None:
    """The meter of a column of prices: "Input tokens" alone is none."""
    return meter_of(heading) if read_unit(heading) or currency_in(heading) or _PRICE.search(heading) else None


def _meters(grid: Grid) -> set[str]:
    return {meter for heading in grid.headings if (meter := _meter(heading))}


def _is_of_tokens(grid: Grid) -> bool:
    return bool({"input_mtok", "output_mtok"} & _meters(grid))


def _is_half(grid: Grid) -> bool:
    """A list of tokens without their input or their output, of models that have both."""
    words = "\n".join((grid.words, *(cell.text for row in grid.body for cell in row)))
    return len({"input_mtok", "output_mtok"} & _meters(grid)) == 1 and not _ONE_SIDED.search(words)


def _at(grid: Grid, which: re.Pattern[str]) -> int:
    flat = (one_line(heading) for heading in grid.headings)
    return next((x for x, heading in enumerate(flat) if which.fullmatch(heading)), -1)


# --- what a row says ---


def _by_row(grid: Grid) -> Grid:
    """The grid with names that tell apart the rows of a model by its mode and by what goes into it."""
    name_at, mode_at, category_at = _at(grid, _NAMES), _at(grid, _MODE), _at(grid, _CATEGORY)
    if name_at < 0:
        return grid
    said: dict[str, set[str]] = {}
    for row in grid.body:
        said.setdefault(row[name_at].text, set()).update(
            row[x].text for x in (mode_at, category_at) if x >= 0
        )
    rows = []
    for row in grid.body:
        texts, mark = said[row[name_at].text], ""
        if mode_at >= 0 and _thinks(row[mode_at].text) and any(_NOT_THINKING.search(t) for t in texts):
            mark = "thinking"
        elif category_at >= 0 and len(texts) > 1:
            kinds = kinds_in(row[category_at].text)
            mark = "+".join(kinds) if kinds and "text" not in kinds else ""
        rows.append(_marked(row, name_at, mark))
    told = replace(grid, rows=(*grid.rows[: grid.head_rows], *rows))
    return _without(told, {mode_at, category_at} - {-1})


def _thinks(text: str) -> bool:
    return bool(_THINKING.search(text)) and not _NOT_THINKING.search(text)


def _marked(row: Row, name_at: int, mark: str) -> Row:
    cell = row[name_at]
    if not mark or not cell.text:
        return row
    first, _, rest = cell.text.partition("\n")
    text = f"{first}{MARK}{mark}" + (f"\n{rest}" if rest else "")
    return (*row[:name_at], replace(cell, text=text), *row[name_at + 1 :])


def _with_region(grid: Grid) -> Grid:
    """The grid with one column of regions: that of the tab that it stands on, with the row's scope."""
    tab = next((words for words in reversed(grid.path) if _REGION.search(words)), "")
    at = _at(grid, _SCOPE)
    head, body = grid.rows[: grid.head_rows], grid.body
    if at < 0:
        if not tab:
            return grid
        head = tuple((*row, Cell("Region", is_header=True)) for row in head)
        return replace(grid, rows=(*head, *((*row, Cell(tab)) for row in body)))
    head = tuple((*row[:at], Cell("Region", is_header=True), *row[at + 1 :]) for row in head)
    within = ((*row[:at], replace(row[at], text=_within(tab, row[at].text)), *row[at + 1 :]) for row in body)
    return replace(grid, rows=(*head, *within))


def _within(tab: str, scope: str) -> str:
    return scope if not tab or tab.casefold() == scope.casefold() else "\n".join(filter(None, (tab, scope)))


# --- what a column says ---


def _parts(grid: Grid) -> Iterator[Grid]:
    """The grid without the columns of thinking and of an asked-for cache, then each of those on its own."""
    headings = grid.headings
    outputs = [x for x, h in enumerate(headings) if _meter(h) in ("output_mtok", "output_reasoning_mtok")]
    reads = [x for x, h in enumerate(headings) if _meter(h) == "cache_read_mtok"]
    thinking = [x for x in outputs if _thinks(headings[x])] if len(outputs) > 1 else []
    explicit = [x for x in reads if _EXPLICIT.search(headings[x])]
    explicit = explicit if any(_IMPLICIT.search(headings[x]) for x in reads) else []
    yield _without(grid, {*thinking, *explicit})
    if thinking:
        others = {x for x, h in enumerate(headings) if (m := _meter(h)) and m != "input_mtok"}
        body = tuple(row for row in grid.body if not _NONE.fullmatch(row[thinking[0]].text))
        part = replace(grid, rows=(*grid.rows[: grid.head_rows], *body))
        yield _without(_all_marked(part, "thinking"), others - set(thinking[:1]), plain=thinking[0])
    if explicit:
        others = {x for x, h in enumerate(headings) if _meter(h)}
        yield _without(_all_marked(grid, "explicit cache"), others - set(explicit[:1]))


def _all_marked(grid: Grid, mark: str) -> Grid:
    name_at = _at(grid, _NAMES)
    body = tuple(_marked(row, name_at, mark) if name_at >= 0 else row for row in grid.body)
    return replace(grid, rows=(*grid.rows[: grid.head_rows], *body))


def _without(grid: Grid, columns: set[int], plain: int = -1) -> Grid:
    """The grid without some columns; the heading of `plain` loses what it says of thinking."""
    rows = []
    for y, row in enumerate(grid.rows):
        cells = [
            replace(cell, text=re.sub(r"thinking|思考", "", cell.text, flags=re.I))
            if x == plain and y < grid.head_rows
            else cell
            for x, cell in enumerate(row)
            if x not in columns
        ]
        rows.append(tuple(cells))
    return replace(grid, rows=tuple(rows))
