"""MiniMax's pages of prices by use, English or Chinese, in Markdown with tabs and folded lists."""

from __future__ import annotations

import re
from dataclasses import replace

from scrapers.by_unit import by_unit
from scrapers.page import Page
from scrapers.readers import table
from scrapers.source import Reader
from scrapers.tables import Document, document, is_html

_OPENS = re.compile(
    r"^[ \t]*<(?:Tab|Accordion)\b[^>\n]*?\btitle=[\"{']+([^\"'}\n]*)[\"}'][^>\n]*>[ \t]*$", re.M
)
_CLOSES = re.compile(r"^[ \t]*</(?:Tab|Accordion)>[ \t]*$", re.M)
_STYLE = re.compile(r"<(\w+) style=\{\{[^{}]*\}\}>")  # is no HTML, and would be taken for text


def prices() -> Reader:
    """Text models by the token, speech by the character, pictures by the piece."""
    return table(
        needs=("input_mtok", "cache_read_mtok", "output_mtok"),
        leave_out="mcp|server tool|工具",
        tables=_tables,
        also=by_unit(tables=_tables, leave_out="video|视频"),
    )


def _tables(page: Page) -> Document:
    """The page's tables, those on a tab under the tab's title: "Priority" is a tier."""
    return document(page if is_html(page) else replace(page, text=with_titles(page.text)))


def with_titles(text: str) -> str:
    """The text with the title of each tab as a heading above what is on it, and with a bare one below."""
    titled = _OPENS.sub(lambda m: f"{m[0]}\n\n###### {_title(m[1])}\n", _STYLE.sub(r"<\1>", text))
    return _CLOSES.sub(lambda m: f"{m[0]}\n\n###### Text\n", titled)


def _title(said: str) -> str:
    return said.strip(" *").replace("优先", "Priority")
