"""Alibaba's pages of model prices, English or Chinese: list prices by region, mode and band of input."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scrapers.by_unit import by_unit
from scrapers.lines import one_line
from scrapers.meters import of_kind
from scrapers.page import Offer, Page, ReadError, Reading
from scrapers.payload import loads, objects
from scrapers.providers._model_studio_tables import MARK, tables
from scrapers.readers import table
from scrapers.source import Reader

_HALF = re.compile(
    r"batch (?:calls?|calling|inference)\b[^|]{0,40}?(?:half|50\s?%)|batch\s*调用[^|]{0,10}半价", re.I
)
_LEFT_OUT = (
    r"omni|realtime|实时|语音|speech|audio|voice|音频|视频生成|video generation|调优|fine-?tun|模型部署"
)


def prices() -> Reader:
    """The reader of such a page, or of the JSON that holds its text."""
    read_tables = table(
        leave_out=_LEFT_OUT,
        tables=tables,
        named=_first_line,
        also=by_unit(
            tables=tables, named=_first_line, leave_out="omni|调优|fine-?tun|视频生成|video generation"
        ),
    )

    def read(page: Page) -> Reading:
        reading = read_tables(_shown(page))
        offers = tuple(told for offer in reading.offers for told in _told(offer))
        refused = tuple(replace(r, label=r.label.replace(MARK, " ")) for r in reading.refused)
        return replace(reading, offers=offers, refused=refused)

    return read


def _shown(page: Page) -> Page:
    """The page as HTML: its text may be a field of an answer."""
    if page.text.lstrip()[:1] != "{":
        return page
    holders = objects(loads(page.text), "content")
    content = next((o["content"] for o in holders if isinstance(o["content"], str)), "")
    if "<table" not in content:
        raise ReadError("no_table", f"{page.url} answered without a page that has tables")
    return replace(page, text=f"<!doctype html><html><body>{content}</body></html>", media_type="text/html")


def _first_line(printed: str) -> str:
    return one_line(printed.split("\n", 1)[0])


def _told(offer: Offer) -> Iterator[Offer]:
    """The offer with its mark taken out of its name, and its half for a batch where the row says so."""
    model, _, mark = offer.model.partition(MARK)
    offer = replace(offer, model=model, label=offer.label.replace(MARK, " "))
    if not mark:
        yield offer
        if (
            offer.meter in ("input_mtok", "output_mtok")
            and not offer.terms.tier
            and _HALF.search(offer.label)
        ):
            yield replace(offer, price=offer.price / 2, terms=replace(offer.terms, tier="batch"))
    elif mark in ("thinking", "explicit cache"):
        yield replace(offer, terms=replace(offer.terms, tier=mark))
    else:
        yield from (replace(offer, meter=of_kind(offer.meter, kind)) for kind in mark.split("+"))
