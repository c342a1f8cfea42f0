"""The prices that prose states: how much, for what, and of which tokens; no bounds, ranges or old prices."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from scrapers.amounts import SAID_AFTER, Amount, amounts
from scrapers.meters import meter_of
from scrapers.money import PriceError, per_meter
from scrapers.page import STANDARD, Terms

TOKENS, SEAT = "", "seat_month"  # the meter of a price per token that does not say of which
MOST_A_MONTH = Decimal(5000)  # for a seat, in whatever currency is near the dollar
_SMALL_MONEY = {"KRW": 1000, "JPY": 100, "CNY": 10}
_NEAR, _BESIDE = 60, 50  # characters before a price that say of what it is, and between two of a pair

_PLAN = re.compile(r"subscri|\bplans?\b|\btiers?\b|\bmemberships?\b|\bseats?\b|\bper user\b|/user", re.I)

# What stands right before an amount, and makes it no price of today.
_NO_PRICE_YET = re.compile(
    r"(?:\b(?:up to|as (?:much|high|low|little|cheap|few) as|(?:start|begin)\w*\s(?:at|from)"
    r"|(?:less|more|fewer|cheaper|dearer|higher|lower|rather) than|over|under|below|above|at (?:least|most)"
    r"|between|rang(?:e|es|ing)(?: from)?|exceed(?:s|ed|ing)?|upwards of|instead of|(?:down|up) from"
    r"|previously|formerly|originally|used to (?:be|cost|charge|pay)|was|were|had been|had cost"
    r"|(?:was|were|been)\s(?:(?:originally|initially|first|once)\s)?(?:priced|offered|listed|sold|set)\s(?:at|for)"
    r"|sav(?:e|es|ed|ing)|by|(?:discount|cut|reduction|increase|difference|credit) of"
    r"|los(?:e|es|t|ing)|earn(?:s|ed|ing)?)|[<>≤≥])\s*(?:the|a|about|around|roughly|only|just)?\s*$",
    re.I,
)
_NO_PRICE_AFTER = re.compile(
    r"\s*(?:less|cheaper|dearer|more|off|discount|(?:(?:in|of|worth of) )?(?:free )?credits?|savings?"
    r"|(?:or|and) (?:less|more|up|under|over)|to (?:serve|produce|train)"
    r"|(?:in|of) (?:revenue|profit|sales))\b"
    r"|\s*\+(?!\w)",
    re.I,
)
_RANGE = re.compile(r"\s*(?:[-–—]|to|through)\s*(?:the |about )?", re.I)
_FROM = re.compile(r"\bfrom\s+(?:the |a |about )?$", re.I)
_RANGING = re.compile(r"rang|anywhere|between|start|begin", re.I)
_SAID_BEFORE = re.compile(
    r"\b(?P<what>(?:(?:cached|uncached|non-cached)\s+)?(?:input|output|prompt|completion)s?"
    r"|cache[- ](?:hits?|miss(?:es)?|reads?|writes?))\b(?!\s*(?:and|or|/)\s*(?:output|input))",
    re.I,
)
_SAID_AS = {
    "cached": "cached input",
    "generated": "output",
    "produced": "output",
    "fed": "input",
    "sent": "input",
}
_BATCH = re.compile(r"\bbatch(?:ed|es)?\b", re.I)
_LONG = re.compile(
    r"\b(?:above|over|beyond|longer than|more than|exceeding)\s+(\d{2,4})[\s-]?[kK]\b|>\s?(\d{2,4})[kK]\b"
)
_YEARLY = re.compile(
    r"[\s,(]{0,3}(?:when |if )?(?:billed|paid|charged)\s+(?:annually|yearly|by the year)",
    re.I,
)
_JOIN = re.compile(
    r"and|or|plus|per|for|of|the|an?|in|out|(?:in|out)puts?|tokens?|cached?|hits?|reads?|writes?|miss(?:es)?"
    r"|prompts?|completions?|million|m|respectively|usd"
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A price that a text states at [start, end): per one unit of `meter`; `is_plan`: a plan is spoken of.

    Prices of one `group` were said in one breath: "$2.50 for input and $10 for output".
    """

    start: int
    end: int
    price: Decimal
    currency: str
    meter: str
    terms: Terms = STANDARD
    until: int = 0  # where the words end that give it its unit
    group: int = 0
    is_plan: bool = False


def stated(sentence: str) -> list[Stated]:
    """The prices that one sentence states, in order; its asides should be blanks."""
    found = list(amounts(sentence))
    dropped = _ranges(sentence, found)
    said: list[Stated] = []
    no_prices: set[int] = set()
    for place, amount in enumerate(found):
        if place - 1 in no_prices and _joined(sentence[found[place - 1].until : amount.start]):
            no_prices.add(place)  # said in the same breath: "was $10 for input and $40 for output"
        if place in dropped or place in no_prices:
            continue
        if not _is_price(sentence, amount):
            no_prices.add(place)
            continue
        if amount.is_month:
            said += _of_a_plan(sentence, amount)
        elif one := _of_tokens(sentence, found, place):
            said.append(one)
    return _grouped(sentence, said)


def _is_price(sentence: str, amount: Amount) -> bool:
    before = sentence[max(0, amount.start - _NEAR) : amount.start]
    return not _NO_PRICE_YET.search(before) and not _NO_PRICE_AFTER.match(sentence, amount.until)


def _ranges(sentence: str, found: list[Amount]) -> set[int]:
    """Both ends of a range; of a move from one price to another only the one that it comes from."""
    dropped: set[int] = set()
    for place, (one, other) in enumerate(pairwise(found)):
        before = sentence[max(0, one.start - _NEAR) : one.start]
        between = sentence[one.until : other.start]
        if re.search(r"\bbetween\s+(?:about )?$", before, re.I) and between.strip().lower() == "and":
            dropped |= {place, place + 1}
        elif _RANGE.fullmatch(between) and (one.is_bare or re.search(r"[a-z]", between)):
            moved = _FROM.search(before) and not _RANGING.search(before)
            dropped |= {place} if moved else {place, place + 1}
    return dropped


def _of_a_plan(sentence: str, amount: Amount) -> list[Stated]:
    if amount.price.amount > MOST_A_MONTH * _SMALL_MONEY.get(amount.price.currency, 1):
        return []
    around = sentence[max(0, amount.start - _NEAR) : amount.until + _NEAR]
    yearly = _YEARLY.match(sentence, amount.until)
    terms = Terms(billing="yearly") if yearly else STANDARD
    price, currency = amount.price.amount, amount.price.currency
    end = yearly.end() if yearly else amount.until
    return [Stated(amount.start, end, price, currency, SEAT, terms, end, is_plan=bool(_PLAN.search(around)))]


def _of_tokens(sentence: str, found: list[Amount], place: int) -> Stated | None:
    amount = found[place]
    meter, until = _meter(sentence, found, place)
    unit = amount.price.unit
    shared = until
    if unit is None:
        beside = _beside(sentence, found, place)
        if beside is None or not meter:
            return None  # some money; a bare amount is a price only as one of a pair
        unit, shared = beside.price.unit, max(until, beside.until)
    try:
        price = per_meter(replace(amount.price, unit=unit), meter or "input_mtok")
    except PriceError:
        return None
    begin = max(found[place - 1].until if place else 0, amount.start - _NEAR)
    following = found[place + 1].start if place + 1 < len(found) else len(sentence)
    around = sentence[begin : min(until + _BESIDE, following)]
    long = _LONG.search(sentence[until : min(until + _NEAR, following)])
    terms = Terms(
        tier="batch" if _BATCH.search(around) else "",
        context=f">{long[1] or long[2]}K" if long else "",
    )
    return Stated(amount.start, until, price, amount.price.currency, meter, terms, shared)


def _beside(sentence: str, found: list[Amount], place: int) -> Amount | None:
    """The neighbour whose unit an amount without one shares: "$3 for input and $15 for output per MTok"."""
    amount = found[place]
    for other in found[place + 1 : place + 2] + found[max(0, place - 1) : place]:
        first, second = sorted((amount, other), key=lambda a: a.start)
        if other.price.unit and _joined(sentence[first.until : second.start]):
            return other
    return None


def _joined(between: str) -> bool:
    words = re.findall(r"[a-z]+", between.lower())
    joins = all(map(_JOIN.fullmatch, words))
    return joins and len(between.strip()) <= _BESIDE and not re.search(r"[.!?;]\s", between)


def _meter(sentence: str, found: list[Amount], place: int) -> tuple[str, int]:
    """What a price is of, and where the words that say so end."""
    amount = found[place]
    pair = _pair(sentence, found, place)
    if pair:
        return pair, amount.until
    if meter := _named(amount.kind):
        return meter, amount.until
    following = found[place + 1].start if place + 1 < len(found) else len(sentence)
    after = SAID_AFTER.match(sentence, amount.until, following)
    if after and (meter := _named(after["what"])):
        return meter, after.end()
    begin = max(found[place - 1].until if place else 0, amount.start - _NEAR)
    before = [m["what"] for m in _SAID_BEFORE.finditer(sentence[begin : amount.start])]
    return (_named(before[-1]) if before else TOKENS), amount.until


def _named(words: str) -> str:
    said = " ".join(words.lower().replace("cached tokens", "cached").split())
    return meter_of(_SAID_AS.get(said, said)) or TOKENS


def _pair(sentence: str, found: list[Amount], place: int) -> str:
    """Of "$3/$15 per MTok" and of "$3 and $15 per million input and output tokens", which one it is."""
    for at, mine in ((place, "input_mtok"), (place - 1, "output_mtok")):
        if not 0 <= at < len(found) - 1:
            continue
        one, other = found[at], found[at + 1]
        between = sentence[one.until : other.start].strip().lower()
        both = re.search(r"\binput\b.{1,6}\boutput\b", other.kind, re.I)
        if one.is_bare and other.price.unit and (between == "/" or (between in ("and", "/") and both)):
            alone = not (at and sentence[found[at - 1].until : one.start].strip() == "/")
            return mine if alone and (both or not _named(other.kind)) else ""
    return ""


def _grouped(sentence: str, said: list[Stated]) -> list[Stated]:
    out: list[Stated] = []
    for one in said:
        last = out[-1] if out else None
        together = last is not None and _joined(sentence[last.end : one.start])
        meters = {o.meter for o in out if last and o.group == last.group}
        if last is None or not together or one.meter in meters:
            out.append(replace(one, group=len(out) + 1))
        else:
            out.append(replace(one, group=last.group))
    return out
