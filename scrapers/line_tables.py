"""Tables flattened to a line a row: "Model Context Input Output", then "Condor 4 328K $0.08 $0.30"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scrapers.grid import Cell, Grid
from scrapers.lines import Line, under
from scrapers.meters import meter_of

_HEAD = re.compile(
    r"(?P<head>models?(?: name)?|context(?: (?:length|window))?|max (?:output|tokens)|cached input"
    r"|cache (?:read|write|hit)s?|input(?: price| cost)?|output(?: price| cost)?"
    r"|模型(?:名称)?|上下文|输入|输出|缓存命中)(?:\s+|$)",
    re.I,
)
_PRICE = r"(?:US)?[$€£¥]\s?\d[\d.,]*(?:\s?/\s?1?\s?[MK](?:[ -]?tok(?:en)?s?)?)?|-|–|—|N/A|Free|免费"
_OTHER = r"[\d.,]+\s?[KMB]?"
_LONGEST = 160  # characters of a row


def line_tables(lines: Sequence[Line]) -> Iterator[Grid]:
    """Every such table, with the headings above it; a row of another shape ends it."""
    path: list[Line] = []
    heads: list[str] = []
    rows: list[tuple[Cell, ...]] = []
    for line in (*lines, Line("", 1)):
        found = _row(line.text, heads) if heads and not line.level else None
        if found:
            rows.append(tuple(map(Cell, found)))
            continue
        if rows:
            top = tuple(Cell(head, is_header=True) for head in heads)
            yield Grid((top, *rows), path=tuple(above.text for above in path))
        rows, heads = [], _heads(line.text)
        if line.level:
            path = under(path, line)


def _heads(text: str) -> list[str]:
    """The headings of a line that is nothing else: the name's first, all prices last."""
    if len(text) > _LONGEST or _HEAD.sub("", text):
        return []
    heads = [m["head"] for m in _HEAD.finditer(text)]
    meters = [meter_of(head) for head in heads]
    first = next((n for n, meter in enumerate(meters) if meter), 0)
    is_one = first > 0 and all(meters[first:]) and {"input_mtok", "output_mtok"} <= set(meters)
    return heads if is_one else []


def _row(text: str, heads: list[str]) -> tuple[str, ...] | None:
    prices = sum(1 for head in heads if meter_of(head))
    others = len(heads) - prices - 1
    shape = r"(\S.*?)" + rf"\s+({_OTHER})" * others + rf"\s+({_PRICE})" * prices
    found = re.fullmatch(shape, text, re.I) if len(text) <= _LONGEST else None
    return found.groups() if found else None
