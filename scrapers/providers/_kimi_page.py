"""Kimi's pages of prices, in Markdown with tables as components or rendered as HTML; of one tier each."""

from __future__ import annotations

import re
from dataclasses import replace

from scrapers.jsx_tables import with_pipe_tables
from scrapers.names import model_name
from scrapers.page import Page, ReadError, Reading
from scrapers.readers import table
from scrapers.source import Reader
from scrapers.tables import Document, document, is_html

_TITLE = re.compile(r"^#[ \t]+(.+)$|<h1\b[^>]*>(.*?)</h1>", re.M | re.S)
_BATCH = re.compile(r"\bbatch|批量", re.I)
_OF_BATCH = re.compile(r"\s*[(（](?:batch|批量)[)）]", re.I)


def prices(*, tier: str = "") -> Reader:
    """The reader of a page of standard prices; with a tier, of the page that is about that tier alone."""
    read_tables = table(
        named=lambda printed: model_name(_OF_BATCH.sub("", printed)), carries_names=True, tables=_tables
    )

    def read(page: Page) -> Reading:
        if bool(_BATCH.search(_title(page.text))) != (tier == "batch"):
            raise ReadError("unexpected_page", f"{page.url} shows prices of another service tier")
        reading = read_tables(page)
        offers = tuple(replace(o, terms=replace(o.terms, tier=o.terms.tier or tier)) for o in reading.offers)
        return replace(reading, offers=offers)

    return read


def _tables(page: Page) -> Document:
    return document(page if is_html(page) else replace(page, text=with_pipe_tables(page.text)))


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return re.sub(r"<[^>]*>", "", found[1] or found[2]) if found else ""
