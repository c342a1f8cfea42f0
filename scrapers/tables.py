"""The tables of a page, HTML or Markdown, as grids, and the words around them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from scrapers.currencies import currency_in
from scrapers.grid import Cell, Grid, with_heads, without_repeats
from scrapers.html_page import whole_page
from scrapers.html_tables import grids_in, html_tables
from scrapers.lines import RAISED
from scrapers.markdown_tables import markdown_tables
from scrapers.meters import Unit, units_in
from scrapers.page import Page

__all__ = ["Cell", "Document", "Grid", "document", "is_html", "tables"]

_DOCUMENT = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_NOTE = re.compile(
    r"[\s*_]*(?:\(?(?P<a>[1-9])\)|\[(?P<b>[1-9])\]|(?P<raised>[¹²³⁴-⁹])|<sup>\s*(?P<c>[1-9])\b(?:</sup>)?)"
    r"\s*(?P<words>.+)"
)


@dataclass(frozen=True, slots=True)
class Document:
    """What a page shows: its tables, all its lines as one text, and its footnotes by their mark."""

    grids: list[Grid]
    words: str
    notes: Mapping[str, str] = field(default_factory=dict)
    unit: Unit | None = None  # the one unit of tokens that the page names anywhere
    currency: str = ""  # what a sentence of the page says all prices are in


def is_html(page: Page) -> bool:
    """Whether a page is HTML: by its first words, whatever its label says, then by its label."""
    return "html" in page.media_type or bool(_DOCUMENT.match(page.text[:2000]))


def tables(page: Page) -> list[Grid]:
    """Every table of a page in its order, repeats left out.

    ReadError("incomplete_page") where the page was cut off, "too_large" where parsing would take long.
    """
    return html_tables(page.text) if is_html(page) else markdown_tables(page.text)


def document(page: Page) -> Document:
    """The tables of a page with the words around them; raises ReadError as `tables` does."""
    if not is_html(page):
        return _document(markdown_tables(page.text), page.text)
    here = whole_page(page.text)
    words = "\n".join(line.text for line in here.lines)
    return _document(without_repeats(with_heads(grids_in(here.tree))), words)


def _document(grids: list[Grid], words: str) -> Document:
    named = {unit for unit in units_in(words) if unit.thing in ("", "token") and unit.count > 1}
    unit = named.pop() if len(named) == 1 else None
    return Document(grids, words, _notes(words), unit, currency_in(words, said_of_all=True))


def _notes(words: str) -> dict[str, str]:
    found = (_NOTE.match(line) for line in words.split("\n"))
    return {_number(m): m["words"] for m in found if m}


def _number(mark: re.Match[str]) -> str:
    return mark["a"] or mark["b"] or mark["c"] or str(RAISED.index(mark["raised"]))
