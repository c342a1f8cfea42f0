"""What a cell says: which meter and terms each of its prices is for, by its column, its words or its row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from scrapers.currencies import currency_in
from scrapers.line_prices import meter_of_words, metered, parts_of
from scrapers.meters import SUFFIX, Unit, kinds_in, meter_of, of_kind
from scrapers.money import Price, PriceError, read_prices
from scrapers.page import STANDARD, Terms
from scrapers.terms import SINCE, UNTIL, context_in, terms_in, without_context

_BEFORE = re.compile(r"(?P<label>[^:：$¥€£₩\d]{2,40})[:：]\s*(?P<price>.+)")
_ENDS = re.compile(r" ?[:：] ?\n")  # a label in a line of its own
_AFTER = re.compile(r"\(?\b(inputs?|outputs?|cached(?: inputs?)?|cache (?:reads?|hits?|writes?))\b\)?", re.I)
# "$2.00, prompts <= 200k tokens $4.00, prompts > 200k tokens": each amount begins a part.
_PARTS = re.compile(r"(?=(?:US)?[$€£¥]\s?\d)")
_OWN = "\0"  # in place of words: the column's own meter
_RATE = re.compile(r"\(\s*[\d.,]+\s*[mk]?(?: tokens)?\s*/\s*\$1\s*\)", re.I)  # tokens for a dollar
_LONGEST = 1000  # characters of a cell that is taken apart
_PER = re.compile(rf"(?:US)?[$€£¥]\s?[\d.,]*\d\s*(?P<per>{SUFFIX.pattern})(?:\s*\(\w+\))?", re.I)
_PART = re.compile(r"(?P<price>(?:US)?[$€£¥]\s?[\d.,]*\d)(?P<words>.*)", re.S)
_SAME = re.compile(r"\A\s*same as standard\b", re.I)
_BOTH_ENDS = re.compile(r">(\S+) ≤(\S+)")
_STORED = re.compile(r"\bper hour\b|\bstorage\b|/\s*h(?:ou)?r\b", re.I)
_BAND = re.compile(r"[<>≤≥]|\b(?:over|above|up to|under|below)\b", re.I)
_LEFT = re.compile(r"[\s,.;/|()（）]+|\b(?:for|per|and|prompts?|inputs?|outputs?|tokens?|thinking)\b", re.I)


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells under a heading state. Without meters the cells say them, or the row's kind does.

    `alike`: the one price of a cell is that of each meter ("Input and output").
    """

    meters: tuple[str, ...]
    heading: str
    terms: Terms
    unit: Unit | None
    alike: bool = False


def prices_in(
    text: str, column: Column, kind: str | None, currency: str
) -> Iterator[tuple[str, Price, Terms]]:
    """Each price of a cell with its meter: the column's, else the one that the cell or the row's kind names.

    The terms are those that the cell's own words state ("Batch input: $2").

    Raises PriceError where there are more or fewer prices than meters.
    """
    text = _RATE.sub("", text)
    own = column.meters[0] if len(column.meters) == 1 else ""
    if said := worded(text, own):
        yield from _by_words(said, column, currency)
        return
    meters = column.meters or ((kind,) if kind else ())
    if len(meters) == 1 and (parts := _qualified(text)):
        yield from _by_part(parts, meters[0], currency)
        return
    prices = read_prices(text, currency=currency) if meters else ()
    if column.alike and len(prices) == 1:
        prices = prices * len(meters)
    if prices and len(prices) != len(meters):
        raise PriceError(f"{len(prices)} prices in a cell for {len(meters)}")
    yield from ((meter, price, STANDARD) for meter, price in zip(meters, prices, strict=False))


@lru_cache(maxsize=8192)  # nobody changes the list
def worded(text: str, own: str = "") -> list[tuple[str, str]]:
    """(words, prices) of a cell that names what its prices are for: "Input: $3", "$0.30 / $0.06 (cached)".

    `own` is the meter of the column: that of a first price before which nothing stands.
    """
    if said := _per(text) or ([] if "\n" in text else _by_labels(text, own)):
        return said
    lines = _ENDS.sub(": ", text).split("\n")
    before = [_BEFORE.fullmatch(line.strip()) for line in lines]
    if any(m and meter_of(m["label"]) for m in before):
        first = [(_OWN, lines[0])] if own and not before[0] and _is_price(lines[0]) else []
        return [*first, *((m["label"], m["price"]) for m in before if m)]
    parts = _AFTER.split(text)
    if len(parts) < 3 or not (currency_in(parts[0]) or _is_price(parts[0].strip(" \n/;,|"))):
        return _by_labels(text, own)
    # A separator right before a word has lost its price ("$0.08 / cached"): it stays, and is refused.
    said = [
        (word, price.lstrip(" \n/;,|").rstrip(" \n;,|"))
        for price, word in zip(parts[::2], parts[1::2], strict=False)
    ]
    return [*said, ("", parts[-1])] if parts[-1].strip(" \n/;,|()") else said


def _by_labels(text: str, own: str) -> list[tuple[str, str]]:
    """(words, price) of prices that stand in one line: "Input $3 · Output $15"."""
    parts = parts_of(text)
    if len(parts) < 2:
        return []
    try:
        said = metered(parts, own if not parts[0].before.strip() else "")
        return [
            (_OWN if meter == own and not meter_of_words(words) else words, price)
            for meter, price, words in said
        ]
    except PriceError:
        return []


def _per(text: str) -> list[tuple[str, str]]:
    """(unit, price) of each price whose unit names its meter: "$0.03 per M input tokens"."""
    found = list(_PER.finditer(text)) if len(text) <= _LONGEST else []
    if not found or _PER.sub("", text).strip(" \n/;,|+&()"):
        return []
    said = [(m["per"], m[0]) for m in found]
    return said if all(meter_of(per) for per, _ in said) else []


def _by_words(
    said: list[tuple[str, str]], column: Column, currency: str
) -> Iterator[tuple[str, Price, Terms]]:
    for words, text in said:
        meter = column.meters[0] if words == _OWN else meter_of_words(words)
        prices = read_prices(text, currency=currency)
        meters = (*column.meters, meter) if len(prices) > 1 else (meter,)
        if prices and (len(prices) != len(meters) or not all(meters)):
            raise PriceError(f"no meter for {text!r} {words}")
        yield from ((m, price, terms_in(words)) for m, price in zip(meters, prices, strict=False) if m)


@lru_cache(maxsize=8192)
def _qualified(text: str) -> list[tuple[str, str]]:
    """(price, words) of a cell whose amounts are told apart by bands of context, by kind or by storage."""
    if len(text) > _LONGEST:
        return []
    parts = [_PART.fullmatch(part.strip()) for part in _PARTS.split(_SAME.sub("", text)) if part.strip()]
    said = [(m["price"], m["words"].strip()) for m in parts if m]
    told = any(
        _BAND.search(w) or kinds_in(w) or _STORED.search(w) or SINCE.search(w) or UNTIL.search(w)
        for _, w in said
    )
    return said if told and len(said) == len(parts) else []


def _by_part(parts: list[tuple[str, str]], meter: str, currency: str) -> Iterator[tuple[str, Price, Terms]]:
    for price, words in parts:
        if _STORED.search(words):
            continue
        if per := SUFFIX.match(words):
            price, words = f"{price} {per[0]}", words[per.end() :]
        kinds = kinds_in(words)
        left = SINCE.sub("", UNTIL.sub("", without_context(words)))
        for kind in kinds:
            left = re.sub(rf"\b{kind}s?\b", "", left, flags=re.I)
        if _LEFT.sub("", left):
            raise PriceError(f"{words[:40]!r} beside a price")
        if (band := _BOTH_ENDS.fullmatch(context_in(words))) and band[1] == band[2]:
            raise PriceError("a band from a length to the same: a price is missing between them")
        of = meter if not kinds or "text" in kinds or len(kinds) > 1 else of_kind(meter, kinds[0])
        yield from ((of, p, terms_in(words)) for p in read_prices(price, currency=currency))


def _is_price(text: str) -> bool:
    try:
        return bool(read_prices(text))
    except PriceError:
        return False
