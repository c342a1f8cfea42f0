"""Kimi's pages of prices, in Markdown with tables as components or rendered as HTML; of one tier each."""

from __future__ import annotations

import re

from scrapers.generic import generic
from scrapers.page import Page, ReadError, Reading
from scrapers.source import Reader

_TITLE = re.compile(r"^#[ \t]+(.+)$|<h1\b[^>]*>(.*?)</h1>", re.M | re.S)
_BATCH = re.compile(r"\bbatch|批量", re.I)


def prices(*, tier: str = "") -> Reader:
    """The reader of a page of standard prices; with a tier, of the page that is about that tier alone."""

    def read(page: Page) -> Reading:
        if bool(_BATCH.search(_title(page.text))) != (tier == "batch"):
            raise ReadError("unexpected_page", f"{page.url} shows prices of another service tier")
        return generic(page)

    return read


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return re.sub(r"<[^>]*>", "", found[1] or found[2]) if found else ""
