"""Which columns of a grid hold names, kinds and prices: found by heading and cells, never by place."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from scrapers.beside import NOTHING, Beside, beside_of
from scrapers.cells import Column, worded
from scrapers.currencies import currency_in
from scrapers.grid import Grid
from scrapers.lines import one_line
from scrapers.meters import is_of_thinking, meter_of, read_unit, tuned
from scrapers.names import ID, without_marks
from scrapers.terms import heading_terms, tier_only, without_band, without_context
from scrapers.turned import prices_or_none, state_prices

NAME = re.compile(
    r"(?!underlying|upstream|backing)"
    r"(?:(?:[a-z][\w-]* ){0,2}models?(?: name| id| family| variant| type)?s?|(?:model )?name"
    r"|产品名?称?|型号|(?:大)?模型(?:服务)?(?:名称|名|版本|规格| ?id|编码|类型)?"
    r"|models?\b\W{0,3}\(.{0,60}\)|model\b.{0,12}"
    r"|모델(?: ?(?:명|이름|id))?|モデル(?: ?(?:名|id))?|modell(?:e|name|bezeichnung)?"
    r"|modèles?|modelos?|модель)",
    re.I,
)
_ID = re.compile(
    r"(?:api )?model (?:id|string|slug|code)s?|ids?|版本名称"
    r"|api (?:model |string )?(?:name|id|identifier)"
    r"|(?:api )?endpoint(?: name| id)?s?|模型 ?(?:id|编码|code)",
    re.I,
)
_EXAMPLE = re.compile(r"\bexamples?\b|\bsample\b|estimat|calculat|scenario|示例|举例|案例", re.I)
_MAKER = re.compile(
    r"(?:model )?(?:provider|vendor|maker|company|lab|developer|publisher|brand|creator|author)s?"
    r"|(?:模型)?(?:提供商|提供方|服务商|厂商|供应商|品牌|公司)|제공자|제공사|提供元|プロバイダー?"
    r"|anbieter|fournisseur|proveedor",
    re.I,
)
_SETTING = re.compile(
    r"(?:env(?:ironment)? |config(?:uration)? )?(?:settings?|variables?|vars?|parameters?|params?|keys?"
    r"|fields?|options?|flags?|arguments?)|参数|变量|字段|配置项?|设置项?",
    re.I,
)
_FREE = re.compile(r"\bfree\b|\bnumber of\b|免费", re.I)  # "Number of free tokens" is no price
_FORMER = re.compile(r"\b(?:old|previous|former|original|before|was)\b|原价|旧价", re.I)  # no price of today
_LENGTH = re.compile(
    r"长度|length|context|window|[\[(（]\s*\d+\s*[km]?\s*[,，]", re.I
)  # a band names no meter
_AMOUNT = re.compile(r"\W*\d[\d.,]*\s")  # "2457 neurons per M input tokens" names no meter
EMBEDS = re.compile(r"embed|rerank|向量|嵌入|重排|\b(?:bge|gte|e5|voyage)-", re.I)
# What a platform counts in place of money; its rate differs by contract.
NOT_MONEY = re.compile(
    r"\b(?:credits?|dbus?|neurons?|coins?|units of compute|rcus?)\b\W{0,3}(?:/|\bper\b)\s*(?:\d|one\b|[mk]\b"
    r"|m?tok|million|thousand)|(?:积分|点数)\W{0,3}(?:/|每)",
    re.I,
)
_TUNED = re.compile(
    r"^training\b|\bto train\b|customi[sz]ation|\bfine-?tun(?:ed|ing)\b|微调|训练", re.I | re.M
)
_LONGEST_ABOVE = 2000  # characters above a table in which an order of prices is looked for
_LONGEST = 300  # characters of a heading
_PRICE_HEADING = re.compile(
    r"pric|cost|rate|fee|\$|usd|tokens|价格|计费|单价|刊例价|费用|推理|付费|批量|标准"
    r"|standard|batch|flex|priority|on[- ]demand",
    re.I,
)
_ORDER = re.compile(r"[a-z一-鿿][\w一-鿿 -]*(?:\s*/\s*[a-z一-鿿][\w一-鿿 -]*){1,4}", re.I)
_BOTH = re.compile(
    r"(?:input|prompt)s?(?: tokens?)?\s*(?:and|&|\+|＋|与|和)\s*(?:output|completion)"
    r"|输入(?:与|和|、|\+|＋)输出",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a grid holds what, -1 where it does not.

    `kind_at` is the column whose cells name meters ("Input", "Output"); `beside` are those that say more.
    """

    name_at: int
    prices: dict[int, Column]
    kind_at: int = -1
    beside: Beside = NOTHING


def columns_of(grid: Grid, name: re.Pattern[str] = NAME, *, loose: bool = False) -> Columns | None:
    """The columns of a price list with models as rows; None where the grid is none.

    `loose`: where no heading says which column holds the names, the first of words does, provided that others
    say input and output.
    """
    headings = [text[:_LONGEST] for text in grid.headings]
    flat = [without_marks(one_line(heading)) for heading in headings]
    above = "\n".join((*grid.path[-1:], grid.caption))
    if NOT_MONEY.search("\n".join((*headings, above, grid.lead))) or (loose and _EXAMPLE.search(above)):
        return None
    if loose and _SETTING.fullmatch(flat[0] if flat else ""):
        return None  # what a program takes, a price perhaps among it
    name_at = _named_at(grid, flat, name)
    candidates = [x for x in range(len(headings)) if x != name_at]
    prices = {x: found for x in candidates if (found := _column(grid, x, headings[x]))}
    if name_at < 0 and loose:
        name_at = _first_of_words(grid, prices)
        prices.pop(name_at, None)
    if name_at < 0:
        return None
    others = [x for x in candidates if x not in prices and x != name_at]
    kind_at = next((x for x in others if _names_meters(_cells(grid, x))), -1)
    if kind_at >= 0:
        left = (x for x in others if x != kind_at and _PRICE_HEADING.search(headings[x]))
        prices |= {x: _stated((), headings[x]) for x in left if state_prices(_cells(grid, x))}
    if not prices and loose:
        prices = _of_embeddings(grid, headings, candidates)
    if not prices:
        return None
    if loose and _TUNED.search("\n".join((*flat, *grid.path[-1:]))):
        prices = {x: replace(column, meters=tuple(map(tuned, column.meters))) for x, column in prices.items()}
    return Columns(name_at, prices, kind_at, beside_of(grid, flat, name_at, {*prices, kind_at}))


def _named_at(grid: Grid, headings: list[str], name: re.Pattern[str]) -> int:
    """The column of names: of ids where its cells are such, else that which tells most rows apart."""
    named = [x for x, heading in enumerate(headings) if name.fullmatch(heading)]
    by_id = [x for x, heading in enumerate(headings) if name is NAME and _ID.fullmatch(heading)]
    whole = (x for x in by_id if _are_ids(_cells(grid, x)) and not any(row[x].missing for row in grid.body))
    if (first := next(whole, -1)) >= 0:
        return first
    return max(named, key=lambda x: len(set(_cells(grid, x))), default=-1)  # "Model family" says less


def _are_ids(cells: list[str]) -> bool:
    said = [text.split("\n")[0] for text in cells if text]
    return bool(said) and all(ID.fullmatch(text.casefold()) for text in said)


def _first_of_words(grid: Grid, prices: dict[int, Column]) -> int:
    """The first column that holds words, of a list whose headings say input and output; else -1."""
    meters = {meter for column in prices.values() for meter in column.meters}
    if not {"input_mtok", "output_mtok"} <= meters:
        return -1
    for x, heading in enumerate(grid.headings):
        cells = [text for text in _cells(grid, x) if text]
        if x in prices or not cells or _names_meters(cells) or _MAKER.fullmatch(heading.strip()):
            continue
        if all(re.search(r"[a-z]{2}|[一-鿿]", text, re.I) for text in cells) and len(set(cells)) * 2 > len(
            cells
        ):
            return x
    return -1


def _of_embeddings(grid: Grid, headings: list[str], candidates: list[int]) -> dict[int, Column]:
    """The columns of prices, a tier each, of models that embed or rank: they bill what they are given."""
    said = "\n".join((*grid.path[-1:], grid.caption, *(cell.text for row in grid.body for cell in row)))
    named = [x for x in candidates if _PRICE_HEADING.search(headings[x]) and not _FREE.search(headings[x])]
    columns = {x: _stated(("input_mtok",), headings[x]) for x in named if state_prices(_cells(grid, x))}
    columns = {x: c for x, c in columns.items() if c.unit is None or c.unit.thing in ("", "token")}
    is_clear = len({(column.terms, column.unit) for column in columns.values()}) == len(columns)
    return columns if is_clear and EMBEDS.search(said) else {}


def _column(grid: Grid, x: int, heading: str) -> Column | None:
    cells = _cells(grid, x)
    if _FORMER.search(heading):
        return None
    said, band = without_band(heading)
    said = without_context(said)
    meters = in_order(one_line(said)) or tuple(filter(None, (meter_of(said),)))
    if not meters and _BOTH.search(said):
        return Column(
            ("input_mtok", "output_mtok"), heading, heading_terms(heading), read_unit(heading), alike=True
        )
    if meters and not (read_unit(heading) or currency_in(heading) or state_prices(cells)):
        return None
    if meters or any(meter_of(words) for cell in cells for words, _ in worded(cell)):
        column = _stated(meters, heading)
        return replace(column, terms=replace(column.terms, context=band)) if band else column
    if ordered := _ordered_above(grid, heading, cells):
        return _stated(ordered, heading)
    return None


def in_order(text: str) -> tuple[str, ...]:
    """The meters of "Input / Cached / Output"; empty where a part names none or names one again."""
    parts = [part for part in re.split(r"\s*/\s*(?=[a-z]{3}|[一-鿿])", text, flags=re.I) if part]
    meters = tuple(filter(None, map(meter_of, parts)))
    return meters if 1 < len(meters) == len(parts) == len(set(meters)) else ()


def _ordered_above(grid: Grid, heading: str, cells: list[str]) -> tuple[str, ...]:
    """The meters of cells like "$3.00 / $0.30 / $15.00" under "Standard", where the words above say them."""
    if not (tier_only(heading) or _PRICE_HEADING.search(heading)):
        return ()
    counts = Counter(len(found) for text in cells if (found := prices_or_none(text)))
    usual, times = counts.most_common(1)[0] if counts else (0, 0)
    if usual < 2 or times * 2 <= counts.total():
        return ()
    said = {in_order(m[0]) for m in _ORDER.finditer(f"{grid.words}\n{grid.lead}"[-_LONGEST_ABOVE:])} - {()}
    fitting = [meters for meters in said if len(meters) == usual]
    return fitting[0] if len(fitting) == 1 else ()


def _stated(meters: tuple[str, ...], heading: str) -> Column:
    terms = heading_terms(heading)
    if not terms.tier and "output_mtok" in meters and is_of_thinking(heading):
        terms = replace(terms, tier="thinking")
    if not terms.tier and meters == ("cache_read_mtok",) and re.search(r"\bexplicit|显式", heading, re.I):
        terms = replace(terms, tier="explicit cache")  # beside the price of what is cached unasked
    return Column(meters, heading, terms, read_unit(heading))


def _names_meters(cells: list[str]) -> bool:
    named = [
        None if _AMOUNT.match(text) or _LENGTH.search(text) else meter_of(without_context(text))
        for text in cells
        if text
    ]
    return 2 * sum(map(bool, named)) > len(named) > 0


def _cells(grid: Grid, x: int) -> list[str]:
    return [row[x].text for row in grid.body]
