"""MiniMax's international page of prices by use, in Markdown: text by the token, speech by the character.

Not read on purpose: recognition of speech, voices, videos, music and tools.
"""

import re
from dataclasses import replace

from scrapers.by_unit import by_unit
from scrapers.page import Page
from scrapers.readers import table
from scrapers.source import Source
from scrapers.tables import Document, document, is_html

_OPENS = re.compile(
    r"^[ \t]*<(?:Tab|Accordion)\b[^>\n]*?\btitle=[\"{']+([^\"'}\n]*)[\"}'][^>\n]*>[ \t]*$", re.M
)
_STYLE = re.compile(r"<(\w+) style=\{\{[^{}]*\}\}>")  # is no HTML, and would be taken for text
_CLOSES = re.compile(r"^[ \t]*</(?:Tab|Accordion)>[ \t]*$", re.M)


def tables(page: Page) -> Document:
    """The page's tables, those on a tab under the tab's title: "Priority" is a tier."""
    return document(page if is_html(page) else replace(page, text=with_titles(page.text)))


def with_titles(text: str) -> str:
    """The text with the title of each tab as a heading above what is on it, and with a bare one below."""
    titled = _OPENS.sub(lambda m: f"{m[0]}\n\n###### {m[1].strip(' *')}\n", _STYLE.sub(r"<\1>", text))
    return _CLOSES.sub(lambda m: f"{m[0]}\n\n###### Text\n", titled)


SOURCE = Source(
    url="https://platform.minimax.io/docs/guides/pricing-paygo.md",
    accept="text/markdown",
    via="markdown",
    reader=table(
        needs=("input_mtok", "cache_read_mtok", "output_mtok"),
        leave_out="mcp|server tool",
        tables=tables,
        also=by_unit(tables=tables, leave_out="video"),
    ),
    anchors=("MiniMax-M3", "MiniMax-M2.7", "MiniMax-M2.5", "MiniMax-M2.1", "MiniMax-M2", "MiniMax-M1"),
    least=6,
)
