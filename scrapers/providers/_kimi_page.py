"""Kimi's Markdown pages: their tables are components with columns and rows, read as pipe tables."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from scrapers.names import model_name
from scrapers.page import Page, ReadError, Reading
from scrapers.payload import Json, js_value
from scrapers.readers import table
from scrapers.source import Reader
from scrapers.tables import is_html

MOST_TABLES = 50  # of one page
_TABLE = re.compile(r"^[ \t]*<DocTable\b", re.M)
_FRAGMENT = re.compile(r"<>((?:(?!</?>).)*)</>", re.S)
_TEXT = re.compile(r"\{\s*\"([^\"{}]*)\"\s*\}|\{\s*'([^'{}]*)'\s*\}")
_STRUCK = re.compile(r"</?(?:s|del|strike)\b[^<>]*>", re.I)
_TITLE = re.compile(r"^#[ \t]+(.+)$|<h1\b[^>]*>(.*?)</h1>", re.M | re.S)
_BATCH = re.compile(r"\bbatch|批量", re.I)

_OF_BATCH = re.compile(r"\s*[(（](?:batch|批量)[)）]", re.I)


def _named(printed: str) -> str:
    return model_name(_OF_BATCH.sub("", printed))


_MODELS = table(carries_names=True, named=_named)


def prices(*, tier: str = "") -> Reader:
    """The reader of one of Kimi's pages of prices; with a tier, of the page that is about that tier alone."""

    def read(page: Page) -> Reading:
        if bool(_BATCH.search(_title(page.text))) != (tier == "batch"):
            raise ReadError("unexpected_page", f"{page.url} shows prices of another service tier")
        reading = _MODELS(page if is_html(page) else replace(page, text=with_pipe_tables(page.text)))
        offers = tuple(replace(o, terms=replace(o.terms, tier=o.terms.tier or tier)) for o in reading.offers)
        return replace(reading, offers=offers)

    return read


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return re.sub(r"<[^>]*>", "", found[1] or found[2]) if found else ""


def with_pipe_tables(text: str) -> str:
    """The page with each table component written as a pipe table; raises ReadError where one is cut off."""
    text = _without_component(text)
    starts = [found.start() for found in _TABLE.finditer(text)]
    if not starts:
        return text
    if len(starts) > MOST_TABLES:
        raise ReadError("too_large", f"more than {MOST_TABLES} tables")
    parts = [text[: starts[0]]]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        parts.append(_written(text[start:end]))
    return "".join(parts)


def _without_component(text: str) -> str:
    """The page without the code of the component itself, which holds a table's tags."""
    start = text.find("export const DocTable")
    end = text.find("\n};", start)
    return text[:start] + text[end + 3 :] if 0 <= start < end else text


def _written(part: str) -> str:
    close = part.find("\n/>")
    if close < 0:
        raise ReadError("incomplete_page", "a table component does not end")
    inside, rest = _FRAGMENT.sub(_as_string, part[:close]), part[close + 3 :]
    heads = [c.get("title") if isinstance(c, dict) else c for c in _prop("columns", inside)]
    rows = _prop("rows", inside)
    if any(not isinstance(row, list) or len(row) != len(heads) for row in rows):
        raise ReadError("parse_error", "a row of a table component has another width than its columns")
    lines = [_line(heads), _line(["---"] * len(heads)), *map(_line, rows)]
    return "\n" + "\n".join(lines) + "\n" + rest


def _prop(name: str, inside: str) -> list[Json]:
    found = re.search(rf"\b{name}=\{{(?=\[)", inside)
    value = js_value(inside[found.end() :]) if found else []
    return value if isinstance(value, list) else []


def _as_string(fragment: re.Match[str]) -> str:
    """What a fragment shows, as a literal; what it strikes through stays struck through."""
    said = _TEXT.sub(lambda m: m[1] or m[2] or "", _STRUCK.sub("~~", fragment[1]))
    return json.dumps(" ".join(said.split()))


def _line(cells: list[Json]) -> str:
    said = (" ".join(str("" if cell is None else cell).replace("|", "\\|").split()) for cell in cells)
    return f"| {' | '.join(said)} |"
