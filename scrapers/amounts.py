"""The amounts of money that prose names, and what they buy right there: tokens, or a month of a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scrapers.currencies import CENTS, CURRENCIES
from scrapers.meters import MILLION, Unit
from scrapers.money import Price, PriceError, plain, read_number

_WORDS = CURRENCIES | {"yuan": "CNY", "renminbi": "CNY"}
# As many places as the store keeps, of cents too.
_NUMBER = (
    r"(?<![\w.,])(?:\d{1,3}(?:,\d{3}){1,2}(?:\.\d{1,8})?|\d{1,9}(?:\.\d{1,8})?|\.\d{1,8})(?![\w%]|[.,]\d)"
)
_SIGN = r"(?:US\$|CN¥|JP¥|[$€£¥₩])"
_MONEY = re.compile(
    rf"(?P<sign>{_SIGN})\s?(?P<after>{_NUMBER.replace(chr(92) + 'w.,', '.,', 1)})"
    rf"|(?P<before>{_NUMBER})\s?(?P<word>(?i:yuan|rmb|renminbi|cny|usd|eur|dollars?|euros?|cents?)\b|[¢元])"
)
_BIG = re.compile(r"[\s-]?(?:million|billion|trillion|thousand|hundred|mn|bn|tn|[mbk](?![/\w]))", re.I)
_KINDS = (
    r"(?:(?:input|output|prompt|completion|cached?|cache[- ](?:hits?|miss(?:es)?|reads?|writes?)|uncached"
    r"|text|generated|reasoning|standard|hits?|miss(?:es)?|reads?|writes?|and|or)[\s/,-]{1,2})"
)
_PER = r"[\s-]{0,2}(?:/|(?:per|an?|for|every|each)\b(?:[\s-](?:a|each|every|one)\b)?)[\s-]{0,2}"
_SCALE = r"(?:(?:1|one)[\s-]?)?(?P<scale>million|mn|m|thousand|k)|(?P<figures>1,000,000|1000000|1,000|1000)"
_UNIT = re.compile(
    rf"{_PER}(?:(?:{_SCALE})[\s-]?)?(?P<kind>{_KINDS}{{0,5}})(?:tokens?|toks?)\b"
    rf"|{_PER}(?:1[\s-]?)?(?P<bare>million|m)\b(?=\s*(?:$|[^\w\s]|(?:for|of|on)\s+(?:cached\s+)?(?:in|out)put"
    r"|(?:cached\s+)?(?:in|out)(?:put)?\b|and\b|or\b|compared\b|versus\b|vs\b|to\b|that\b|which\b))",
    re.I,
)
_EACH = r"(?:/|(?:per|an?|each|every)\b)"
_WHO = r"(?:users?|seats?|persons?|members?|employees?)\b"
_MONTH = re.compile(
    rf"(?P<seat>[\s-]?{_EACH}[\s-]?{_WHO},?)?[\s-]?(?:{_EACH}[\s-]?(?:month|mo)\b|monthly\b)"
    rf"(?P<each>[\s,]{{0,2}}{_EACH}[\s-]?{_WHO})?",
    re.I,
)
# "$15 for output": what a price is of, right after it.
SAID_AFTER = re.compile(
    r"\s*\(?(?:tokens?\s+)?(?:(?:for|of|on)\s+(?:each\s+|the\s+)?)?"
    r"(?P<what>(?:(?:cached|uncached|non-cached)\s+)?(?:input|output|prompt|completion)s?\b"
    r"|cache[- ](?:hits?|miss(?:es)?|reads?|writes?)\b|cached\b|generated\b|produced\b|(?:fed|sent)\b"
    r"|(?:in|out)(?=\s*(?:[,;./&)]|and\b|or\b|per\b|$)))",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount at [start, end), and its unit up to `until`; `kind` are the words within that."""

    start: int
    end: int  # of the amount
    price: Price
    until: int  # of its unit
    kind: str = ""
    is_month: bool = False

    @property
    def is_bare(self) -> bool:
        return self.price.unit is None and not self.is_month


def amounts(sentence: str) -> Iterator[Amount]:
    """Every amount of a sentence but those in millions; a percentage is none."""
    for match in _MONEY.finditer(sentence):
        printed, word = match["after"] or match["before"], (match["sign"] or match["word"]).lower()
        if _BIG.match(sentence, match.end()):
            continue
        try:
            number = read_number(printed)
        except PriceError:
            continue
        if not number:
            continue
        price = Price(plain(number / 100 if word in CENTS else number), _WORDS[word])
        of_what = SAID_AFTER.match(sentence, match.end())  # "$15 for output per million tokens"
        unit = _UNIT.match(sentence, match.end()) or (of_what and _UNIT.match(sentence, of_what.end()))
        if unit:
            kind = unit["kind"] or (of_what["what"] if of_what and of_what.end() <= unit.start() else "")
            counted = replace(price, unit=Unit("token", _count(unit)))
            yield Amount(match.start(), match.end(), counted, unit.end(), kind)
        elif month := _MONTH.match(sentence, match.end()):
            yield Amount(match.start(), match.end(), price, month.end(), month[0], is_month=True)
        else:
            yield Amount(match.start(), match.end(), price, match.end())


def _count(unit: re.Match[str]) -> int:
    said = (unit["scale"] or unit["bare"] or unit["figures"] or "").lower().replace(",", "")
    return {"": 1, "thousand": 1000, "k": 1000, "1000": 1000}.get(said, MILLION)
