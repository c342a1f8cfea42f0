"""Tables that lost their cells: a line each for heading, name and price, as converters leave them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scrapers.columns import NAME
from scrapers.grid import Cell, Grid
from scrapers.lines import Line, joined, under
from scrapers.meters import meter_of
from scrapers.money import PriceError, read_prices
from scrapers.names import without_marks

OTHER_HEAD = re.compile(
    r"\W*(?:max(?:imum)? )?(?:context|window|length|actions?|param|size|type|modalit|provider|speed|rpm\b"
    r"|tpm\b|licen|release|quantiz|precision|region|unit\b|details?\b|availab|cut-?off|feature|capabilit|latency"
    r"|throughput|status|rate limit|max (?:in|out)put|description|use case|id\b|上下文|操作|类型|参数|说明)"
    r".{0,30}",
    re.I,
)
_ACTION = re.compile(
    r"\W*(?:details?|view(?: \w+)?|learn more|try(?: \w+){0,2}|deploy(?: now)?|playground|docs|open|explore"
    r"|start|use|get started|chat(?: now)?|more|查看|详情|体验)\W*(?:\w{0,3})?",
    re.I,
)
_SIGN = re.compile(r"(?:US)?[$€£¥]")
_NUMBER = re.compile(r"\d[\d.,]*(?:\s*/.{1,20})?")
_MOST_HEADS, _LONGEST_HEAD = 12, 60
_OPTIONAL = ("cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok")


@dataclass(slots=True)
class Heads:
    """The headings of a flattened table: which are prices, and how many others stand before and after."""

    texts: list[str]
    meters: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.meters = [meter_of(text) for text in self.texts]

    @property
    def before(self) -> int:
        return next(x for x, meter in enumerate(self.meters) if meter)

    @property
    def is_of_prices(self) -> bool:
        """Whether all prices stand together and say input and output."""
        places = [x for x, meter in enumerate(self.meters) if meter]
        together = bool(places) and places == list(range(places[0], places[-1] + 1))
        return together and {"input_mtok", "output_mtok"} <= set(self.meters)

    def placed(self, prices: list[str], *, shows_blanks: bool) -> list[str]:
        """The prices under their headings; [] where it is not certain which one is missing.

        A blank cell leaves no line. Where as many as the caches' are missing, and what is left rises as from
        input to output, the others are certain.
        """
        named = [meter for meter in self.meters if meter]
        if len(prices) == len(named):
            return prices
        needed = [meter for meter in named if meter not in _OPTIONAL]
        if shows_blanks or len(prices) != len(needed) or len(named) == len(needed):
            return []
        if not _rises(prices):
            return []
        left = iter(prices)
        return [next(left) if meter not in _OPTIONAL else "" for meter in named]


def flat_tables(lines: Sequence[Line], *, shows_blanks: bool = False) -> Iterator[Grid]:
    """Every flattened table among the lines, with the headings above it.

    `shows_blanks`: no price may be missing from a row; a converter leaves blank cells out.
    """
    said = joined(lines, _is_amount, "")
    path: list[Line] = []
    at = 0
    while at < len(said):
        line = said[at]
        if line.level:
            path = under(path, line)
        heads = _heads(said, at)
        if heads is None:
            at += 1
            continue
        rows, at = _rows(said, at + 1 + len(heads.texts), heads, shows_blanks)
        if rows:
            top = tuple(Cell(text, is_header=True) for text in (line.text, *heads.texts))
            yield Grid((top, *rows), path=tuple(above.text for above in path))


def _is_amount(above: Line, line: Line) -> bool:
    """Whether a line is the amount of the sign of money above it."""
    return bool(_SIGN.fullmatch(above.text) and _NUMBER.fullmatch(line.text))


def _heads(said: list[Line], at: int) -> Heads | None:
    if len(said[at].text) > _LONGEST_HEAD or not NAME.fullmatch(without_marks(said[at].text)):
        return None
    texts: list[str] = []
    for line in said[at + 1 : at + 1 + _MOST_HEADS]:
        is_head = len(line.text) <= _LONGEST_HEAD and (meter_of(line.text) or OTHER_HEAD.fullmatch(line.text))
        if not is_head or _is_price(line.text):
            break
        texts.append(line.text)
    heads = Heads(texts)
    return heads if heads.is_of_prices else None


def _rows(said: list[Line], at: int, heads: Heads, shows_blanks: bool) -> tuple[list[tuple[Cell, ...]], int]:
    """(rows, where the next line stands): a name, the cells before the prices, the prices, perhaps a link."""
    rows: list[tuple[Cell, ...]] = []
    after = len(heads.texts) - heads.before - sum(map(bool, heads.meters))
    while at < len(said):
        first = at + 1 + heads.before
        name, others = said[at], said[at + 1 : first]
        end = first
        while end < len(said) and _is_price(said[end].text):
            end += 1
        if name.level or end == first or any(_is_price(one.text) for one in (name, *others)):
            break
        if prices := heads.placed([one.text for one in said[first:end]], shows_blanks=shows_blanks):
            texts = [name.text, *(one.text for one in others), *prices, *[""] * after]
            rows.append(tuple(map(Cell, texts)))
        at = end
        while after and at < len(said) and _ACTION.fullmatch(said[at].text):
            at += 1
    return rows, at


def _rises(prices: list[str]) -> bool:
    try:
        amounts = [price.amount for text in prices for price in read_prices(text)]
    except PriceError:
        return all("0" in text for text in prices)
    return amounts == sorted(amounts)


def _is_price(text: str) -> bool:
    """Whether a line is a price with its currency, or says that there is none."""
    if text in ("-", "–", "—", "N/A", "n/a", "Free", "免费"):
        return True
    try:
        return any(price.currency for price in read_prices(text))
    except PriceError:
        return bool(re.fullmatch(r"[$€£¥]\s*0(?:\.0+)?", text))
