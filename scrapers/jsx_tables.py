"""Tables that an MDX page writes as components with columns and rows, rewritten as pipe tables."""

from __future__ import annotations

import json
import re

from scrapers.lines import one_line
from scrapers.page import ReadError
from scrapers.payload import Json, js_value

_MOST_TABLES, _LONGEST = 50, 200_000  # of one page; characters of one component
_TABLE = re.compile(
    r"^[ \t]*<[A-Z]\w*\b(?=(?:(?!/>|</).){0,4000}?\b(?:columns|headers|heads)=\{\s*\[)", re.M | re.S
)
_FRAGMENT = re.compile(r"<>((?:(?!</?>).)*)</>", re.S)
_ELEMENT = re.compile(r"<(\w+)(?:\s[^<>{}]*)?>([^<>]*)</\1>")
_TEXT = re.compile(r"\{\s*\"([^\"{}]*)\"\s*\}|\{\s*'([^'{}]*)'\s*\}")
_STRUCK = re.compile(r"</?(?:s|del|strike)\b[^<>]*>", re.I)
_TITLES = ("title", "header", "label", "name")
_KEYS = ("key", "dataIndex", "accessor", "field")


def with_pipe_tables(text: str) -> str:
    """The page with each table component as a pipe table; ReadError where one is cut off or odd."""
    text = re.sub(r"^export const \w+ = \(.*?^\};?$", "", text, flags=re.M | re.S)
    starts = [found.start() for found in _TABLE.finditer(text)]
    if not starts:
        return text
    if len(starts) > _MOST_TABLES:
        raise ReadError("too_large", f"more than {_MOST_TABLES} tables")
    parts = [text[: starts[0]]]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        parts.append(_written(text[start:end]))
    return "".join(parts)


def _written(part: str) -> str:
    close = re.search(r"^[ \t]*/>|^[ \t]*</[A-Z]\w*>|\]\s*\}\s*/>", part, re.M)
    if close is None or close.end() > _LONGEST:
        raise ReadError("incomplete_page", "a table component does not end")
    inside = _FRAGMENT.sub(_as_string, part[: close.end()])
    columns = _prop("columns|headers|heads", inside)
    heads = [_of(column, _TITLES) for column in columns]
    rows = [_row(row, columns) for row in _prop("rows|data|dataSource", inside)]
    if any(len(row) != len(heads) for row in rows):
        raise ReadError("parse_error", "a row of a table component has another width than its columns")
    lines = [_line(heads), _line(["---"] * len(heads)), *map(_line, rows)]
    return "\n" + "\n".join(lines) + "\n" + part[close.end() :]


def _row(row: Json, columns: list[Json]) -> list[Json]:
    """The cells of a row that is a list, or an object whose keys the columns name."""
    if isinstance(row, dict):
        return [row.get(str(_of(column, _KEYS))) for column in columns]
    return row if isinstance(row, list) else []


def _of(column: Json, keys: tuple[str, ...]) -> Json:
    return next((column[key] for key in keys if key in column), "") if isinstance(column, dict) else column


def _prop(names: str, inside: str) -> list[Json]:
    found = re.search(rf"\b(?:{names})=\{{\s*(?=\[)", inside)
    value = js_value(inside[found.end() :]) if found else []
    return value if isinstance(value, list) else []


def _as_string(fragment: re.Match[str]) -> str:
    """What a fragment shows, as a literal; what it strikes through stays struck through."""
    said = _TEXT.sub(lambda m: m[1] or m[2] or "", _STRUCK.sub("~~", fragment[1]))
    return json.dumps(one_line(_ELEMENT.sub(r"\2", said)), ensure_ascii=False)


def _line(cells: list[Json]) -> str:
    said = (one_line(str("" if cell is None else cell).replace("|", "\\|")) for cell in cells)
    return f"| {' | '.join(said)} |"
