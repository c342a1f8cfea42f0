"""The grammar of a plan's price: what each amount is per, how it is billed, or why it is no list price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from scrapers.meters import Unit
from scrapers.money import Price, PriceError, per_meter
from scrapers.subscriptions.billing import billing_of, last_sentence, lines_in
from scrapers.subscriptions.money import AMOUNT, SIGNS, currency_of, number_of
from scrapers.terms import terms_in

PROMOTION = "a promotion, not the list price"
REDUCED = "\u2326"  # stands where a page struck a price through
SIDE_BY_SIDE = "two amounts side by side"
MONTHS = {"month": 1, "year": 12}

_LONGEST_BEFORE, _LONGEST_AFTER, _NEAR = 300, 3000, 80  # characters that are looked at; of a line nearby
_MOST = 300  # amounts in lines that belong together
_SEAT = (
    r"(?:(?:active|granted|paid|assigned|individual|named|chatgpt) )?"
    r"(?:users?|seats?|members?|persons?|people|licen[cs]es?|developers?)"
)
_FILLER = r"(?:[\s/*†‡§()·|¹²³⁴-⁹]|\b(?:per|an?|each|every)\b)"
_PER = re.compile(
    rf"{_FILLER}*+(?:{_SEAT}{_FILLER}*+)?"
    r"(?P<unit>month|mo\b\.?|mth|monthly|year|yr\b\.?|yearly|annum|annually)(?![a-z])"
    rf"(?:\s*(?:/|per\b|each\b)\s*{_SEAT}\b)?",
    re.I,
)
_IF_MONTHLY = re.compile(r"\s*,?\s*(?:if|when) (?:billed|paid) monthly\b", re.I)
_OTHER_UNIT = re.compile(
    rf"\s*(?:/|per\b)\s*(?!{_SEAT}\b)[a-z0-9]|\s*for (?!one to|up to|1\b)\d+ (?:users|seats|people)", re.I
)
_SMALL = "of|at|for|an?|the|with|from|only|just|priced?|pricing|about|another|plan|is|costs?"
_NO_PRICE_BEFORE = re.compile(
    r"\b(?:adds?|add-?ons?|extra|additional|top[- ]?up)\b[^.;\n]{0,40}\b(?:for|at|is|costs?)\s+(?:only )?$"
    r"|\bas (?:low|little) as\s*$"
    r"|\b(?:sav(?:e|es|ing|ings)|worth|valued?|credits?|up to|bonus|discount|additional|extra|add(?:-?ons?)?"
    r"|over|under|more than|refund|gift|budgets?|limits?|minimum|spend(?:ing)?|top[- ]?ups?|includ(?:es?|ing)"
    r"|instead of|compared (?:to|with)|versus|vs\.?|was|were|previously|formerly|originally|used to \w+"
    rf"|down from|up from|students?|education|non-?profits?|military)\b(?: (?:{_SMALL}))*[\s:(]*$",
    re.I,
)
_NO_PRICE_AFTER = re.compile(
    r"[\s)]*(?:(?:in|of|worth|for|towards?|as)\b[^.;\n]{0,40}?\bcredits?\b|(?:[a-z]+[ -]){0,3}credits?\b"
    r"|(?:off|savings?|discount|value|worth|budget|limit|allowance|minimum|cash ?back|rebate)\b"
    r"|of (?:[a-z]+ )?(?:usage|use|compute|spend)\b"
    r"|[^.;\n]{0,60}\b(?:students?|education(?:al)?|non-?profits?)\b)",
    re.I,
)
_FOR_A_TIME = (
    r"\bfor (?:(?:the|your|an?) )?(?:(?:first|next|initial) )?"
    r"(?:\d+|one|two|three|six|twelve)?\s?(?:months?|mos?\b|years?|weeks?|days?)\b"
)
_PROMOTION = re.compile(
    rf"{_FOR_A_TIME}|\b(?:first|1st|initial) (?:\w+ )?(?:months?|years?)\b"
    r"|\b(?:limited[- ]time|introductory|promotional|special offer|promo|trial|early[- ]bird|black friday)\b",
    re.I,
)
_PROMOTED_BESIDE = re.compile(
    r"\W*(?:then\b|\d+ ?% off\b(?!.*\b(?:annual|year))|(?:now )?\d+ ?% off for\b"
    rf"|.*\b(?:limited[- ]time|introductory|special) (?:offer|price|deal)|{_FOR_A_TIME}\W*(?:then\W*)?$)",
    re.I,
)
_LIST_BEFORE = re.compile(
    r"\b(?:then|after(?:wards| that)?|thereafter|(?:auto-?)?renews?(?: at)?|normally|usually|regular(?:ly)?"
    r"|standard price|list price)\b[^.;\n]{0,25}$",
    re.I,
)
_LIST_AFTER = re.compile(
    r"\W*(?:thereafter|afterwards|after(?:\W*$| that| (?:the )?(?:\w+ ){0,2}(?:trial|months?|year|offer)))\b",
    re.I,
)
_LOWERED = re.compile(r"\W*(?:normally|usually|regular(?:ly)?|instead of|down from|was|reg\.)(?![a-z])", re.I)
_FUTURE = re.compile(r"\bwill (?:be|become|cost|increase|rise|go|change|move|drop|decrease|fall)\b", re.I)
_IN_APP = re.compile(r"\b(?:iOS|iPhone|Android|App Store|Google Play|in-app)\b")
_DASH = re.compile(rf"\s*(?:-|–|—|to\b)\s*(?:{SIGNS})?\s*\d", re.I)
_DASH_BEFORE = re.compile(r"\d[^\S\n]*(?:-|–|—|\bto)\s*$", re.I)
_SUM = re.compile(r"[\s)]*(?:\w+ )?(?:billed|paid|charged|up ?front|annual|yearly|total)", re.I)


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount. `per`: month, year, "" where nothing says; `billing`: yearly, monthly, unclear, "".

    `problem` says why it is no list price; `is_price` is false where it is the price of no plan at all.
    """

    start: int
    end: int
    number: Decimal
    currency: str
    per: str
    billing: str
    problem: str = ""
    is_price: bool = True
    effective_from: str = ""
    promo_until: str = ""

    def by_month(self) -> Decimal:
        """The price of one month, exactly; raises PriceError."""
        return per_meter(
            Price(self.number, self.currency, Unit("seat_month", MONTHS[self.per])), "seat_month"
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """An amount and what stands around it: its unit, the lines before and behind it up to other amounts."""

    found: re.Match[str]
    per: re.Match[str] | None
    before: str
    rest: str

    @property
    def end(self) -> int:
        return (self.per or self.found).end()

    @property
    def is_reduced(self) -> bool:
        """Whether a price is struck through beside this one."""
        return REDUCED in "".join((*lines_in(self.before)[-2:], *lines_in(self.rest)[:2]))

    @property
    def said_before(self) -> str:
        return last_sentence(self.before)

    @property
    def said_after(self) -> str:
        return self.rest.split("\n")[0][:_LONGEST_BEFORE]


def amounts_in(text: str, page: str = "") -> Iterator[Amount]:
    """Every amount of money in lines that belong together; `page` is where a date's year is looked for."""
    found = list(islice((m for m in AMOUNT.finditer(text) if m["before"] or m["after"]), _MOST))
    read: list[Amount] = []
    since, taken = 0, False
    for n, here in enumerate(found):
        per = _PER.match(text, here.end())
        end = (per or here).end()
        until = found[n + 1].start() if n + 1 < len(found) else len(text)
        before = text[max(since, here.start() - _LONGEST_BEFORE) : here.start()]
        place = _Place(here, per, before, text[end : min(until, end + _LONGEST_AFTER)])
        billing, taken = billing_of(before, place.rest, first=not n, more=until < len(text), taken=taken)
        read.append(_unlike(_amount(place, billing, text, page), read[-1:], before))
        since = end
    at = 0
    while at < len(read):
        one, other = read[at], read[min(at + 1, len(read) - 1)]
        if one is not other and _sums_up(one, other, text):
            yield replace(one if one.per == "month" else other, billing="yearly")
            at += 2
        else:
            yield read[at]
            at += 1


def _amount(place: _Place, billing: str, text: str, page: str) -> Amount:
    here, problem, number = place.found, "", Decimal(0)
    currency = currency_of(here)
    try:
        number = number_of(here, currency)
    except PriceError as why:
        problem = str(why)
    unit = "" if place.per is None else "year" if place.per["unit"][0] in "yYaA" else "month"
    if unit != "month":
        billing = ""
    if not unit and _IF_MONTHLY.match(place.rest):
        unit, billing = "month", "monthly"
    dated = terms_in(f"{place.said_before}{here[0]}{place.said_after}", page)
    problem = problem or _problem(place, text, dated.effective_from)
    if not problem and unit == "month" and billing != "yearly" and place.is_reduced:
        problem = PROMOTION
    if problem == PROMOTION and dated.promo_until:
        problem = ""
    no_price = (
        _NO_PRICE_BEFORE.search(place.said_before)
        or _NO_PRICE_AFTER.match(place.said_after)
        or _OTHER_UNIT.match(place.rest)
    )
    return Amount(
        here.start(), place.end, number, currency, unit, billing, problem, not no_price,
        dated.effective_from, dated.promo_until,
    )  # fmt: skip


def _unlike(one: Amount, last: list[Amount], between: str) -> Amount:
    """An amount right beside another: one of the two is the old price, or is hidden by a style."""
    beside = last and not between.strip() and not last[0].per and last[0].number != one.number
    lowered = one.billing == "yearly" and last and one.number < last[0].number
    return replace(one, problem=SIDE_BY_SIDE) if beside and not lowered and not one.problem else one


def _problem(place: _Place, text: str, effective_from: str) -> str:
    before, after = place.said_before, place.said_after
    if _DASH.match(text, place.found.end()) or _DASH_BEFORE.search(
        text[max(place.found.start() - 20, 0) : place.found.start()]
    ):
        return "a range or a change, not one price"
    if _IN_APP.search(after) and not re.search(r"\bweb\b", after, re.I):
        return "a price in an app's store"
    if _FUTURE.search(before) and not effective_from:
        return "a price to come, without its day"
    if _LIST_BEFORE.search(before) or _LIST_AFTER.match(after):
        return ""
    if _PROMOTION.search(before) or _PROMOTION.search(after.split("then")[0]) or _LOWERED.match(after):
        return PROMOTION
    beside = (*lines_in(place.before)[:-1][-1:], *lines_in(place.rest)[1:2])
    return PROMOTION if any(_PROMOTED_BESIDE.match(line) for line in beside if len(line) <= _NEAR) else ""


def _sums_up(one: Amount, other: Amount, text: str) -> bool:
    """Whether one of two amounts is a year of the other: "$16.67/month ($200 billed annually)"."""
    between, behind = text[one.end : other.start], text[other.end : other.end + 40]
    month, year = (one, other) if one.per == "month" else (other, one)
    if month.per != "month" or year.per == "month" or one.currency != other.currency:
        return False
    if re.search(r"\bor\b|[;.]\s", between, re.I) or between.count("\n") > 1:
        return False
    said = year.per == "year" or _SUM.match(behind if year is other else between)
    rounded = Decimal("0.06") if month.number % 1 else 6  # a twelfth is printed to the cent or to the dollar
    return bool(said) and abs(year.number - 12 * month.number) <= rounded
