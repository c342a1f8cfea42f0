"""Zhipu's Chinese page of prices, in Markdown: bands of input and output, promotions beside list prices.

Not read on purpose: storage of cached input, vectors, pictures, sound, videos, fine-tuning and tools.
"""

import re
from dataclasses import replace

from scrapers.page import Offer, Page, Reading
from scrapers.readers import table
from scrapers.source import Source
from scrapers.tables import Cell, Document, document
from scrapers.terms import terms_in

_BAND = re.compile(r"[\[(]\s*\d[\d.]*\s*[kK]?\s*[,，+][^\])]*[\])]")
_BARE = re.compile(r"(\d)(?=\s*[,，+)\]])")
_FROM = re.compile(r"[≥>]\s*([\d.]+)\s*[kK]?")
_EMPTY = re.compile(r"[(（]\s*[)）]")
_PROMOTION = re.compile(r"优惠|活动|\d\s*折")


def tables(page: Page) -> Document:
    """The page's tables with bands as intervals in thousands, without what struck prices leave behind."""
    shown = document(page)
    grids = [replace(g, rows=tuple(tuple(map(_cell, row)) for row in g.rows)) for g in shown.grids]
    return replace(shown, grids=grids)


def _cell(cell: Cell) -> Cell:
    text = _FROM.sub(r"[\1, ∞)", _EMPTY.sub("", cell.text))
    return replace(cell, text=_BAND.sub(lambda band: _BARE.sub(r"\1K", band[0]), text))


_prices = table(
    leave_out="向量|图像|图片|语音|音频|视频|多模态生成|微调|实例|私有|搜索|知识库|工具",
    carries_names=True,
    tables=tables,
)


def read(page: Page) -> Reading:
    reading = _prices(page)
    ends = {line: day for line in page.text.split("\n") if (day := _end(line))}
    return replace(reading, offers=tuple(_told(offer, ends) for offer in reading.offers))


def _end(line: str) -> str:
    """The last day of the promotion that a line tells of."""
    return terms_in(line).promo_until if _PROMOTION.search(line[:1000]) else ""


def _told(offer: Offer, ends: dict[str, str]) -> Offer:
    named = re.compile(rf"(?<![\w.-]){re.escape(offer.model)}(?![\w.-])")
    until = next((day for line, day in ends.items() if named.search(line)), "")
    return replace(offer, terms=replace(offer.terms, promo_until=offer.terms.promo_until or until))


SOURCE = Source(
    url="https://docs.bigmodel.cn/cn/guide/start/pricing.md",
    accept="text/markdown",
    via="markdown",
    reader=read,
    anchors=("GLM-5.3", "GLM-5.2", "GLM-5.1", "GLM-5", "GLM-4.7", "GLM-4.6"),
    least=8,
)
