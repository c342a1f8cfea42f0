"""Which part of a page its reader reads: most leave the scripts alone, and those change at every fetch."""

from __future__ import annotations

import re
from collections.abc import Callable

from scrapers.page import Page
from scrapers.source import Reader
from scrapers.tables import is_html

_ALONE: dict[Reader, Callable[[str], bool]] = {}
_BEGINS = re.compile(r"<(script|style|meta)\b")


def leaves_scripts_alone(reader: Reader, where: Callable[[str], bool] = lambda part: True) -> Reader:
    """Say of a reader that no script, style or meta element of an HTML page changes what it reads there.

    `where`: of pages whose other part is such; the scripts of the others are read.
    """
    _ALONE[reader] = where
    return reader


def part_read(reader: Reader, page: Page) -> str:
    """The part of a page that its reader reads: where it is the same as before, so is what it says."""
    if reader not in _ALONE or not is_html(page):
        return page.text
    part = without_scripts(page.text)
    return part if _ALONE[reader](part) else page.text


def without_scripts(text: str) -> str:
    """The text without what those elements hold; what one opens and never closes stays, with all after it."""
    kept: list[str] = []
    at = 0
    while found := _BEGINS.search(text, at):
        is_void = found[1] == "meta"
        end = text.find(">" if is_void else f"</{found[1]}", found.end())
        if end < 0:
            break
        kept.append(f"{text[at : found.end()]}>")
        at = end + is_void
    return "".join((*kept, text[at:]))
