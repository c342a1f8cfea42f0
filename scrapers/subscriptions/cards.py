"""The reader `plans()`: subscriptions on cards, in sentences, in tables and in a page's own data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from scrapers.grid import Grid
from scrapers.lines import Line, one_line
from scrapers.money import PriceError
from scrapers.page import Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.settled import CONFLICT, settled
from scrapers.source import Reader
from scrapers.subscriptions.amounts import Amount, amounts_in
from scrapers.subscriptions.blocks import Block, blocks_of
from scrapers.subscriptions.ld_json import plan_ld_json
from scrapers.subscriptions.lines import plan_lines
from scrapers.subscriptions.money import glued_apart
from scrapers.subscriptions.names import PlanNames, seat_in
from scrapers.subscriptions.places import country, country_of_all, dollars_of_all
from scrapers.subscriptions.switch import UNCLEAR, billing_shown
from scrapers.subscriptions.tables import plan_cells
from scrapers.tables import is_html, tables
from scrapers.wrong_page import refuse_wrong_page

Found = Iterator[Offer | Refused]

_FIRST = 5  # lines of a card in which it may say that it is free
_LABEL = 200  # characters
_FREE = re.compile(r"(?:always |it.s )?free(?: forever| for everyone| of charge)?[.!]?", re.I)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z*])|\n")
# "Copilot Studio costs $200": a product of its own, whatever the card. Unlike "Pricing is $25".
_SUBJECT = re.compile(
    r"\b([A-Z][\w+.-]*(?:\s+(?:[A-Z][\w+.-]*|\d+))*)\s+(?:plan\s+|subscription\s+)?"
    r"(?:costs?|starts?\s+at|starting\s+at|is\s+priced\s+at|is|at)\s+(?:just\s+|only\s+|from\s+)?$"
)
_OF_ITSELF = re.compile(
    r"(?:The |Each )?(?:Pric(?:e|es|ing)|Cost|Plan|Subscription|Seat|User|It|This|Access|Membership)|USD"
)
_JOINED = re.compile(r"\s*(?:and|or|,|/|&|,\s*and)\s*(?:the\s+)?", re.I)
_FOR = re.compile(r"[\s*†]*(?:for|with|on)\s+(?:the\s+|a\s+)?", re.I)


def plans(
    *names: str,
    brands: tuple[str, ...] = (),
    free: tuple[str, ...] = ("Free",),
    known_as: Mapping[str, str] | None = None,
) -> Reader:
    """A reader of a page of subscriptions, HTML or Markdown.

    `names`: the plans that it may find; `brands`: what may stand before a name, of which the first is
    recorded; `free`: plans that may cost nothing; `known_as`: another spelling and the name to record. A
    price is that of one seat and month; a year's is read only where it divides exactly.
    """
    known = PlanNames(names, brands, free, known_as or {})

    def read(page: Page) -> Reading:
        refuse_wrong_page(page)
        shown = Shown.of(page)
        if brands and not any(brand.casefold() in page.text.casefold() for brand in brands):
            raise ReadError("unexpected_page", f"{page.url} does not name {brands[0]}: another page's plans?")
        data = plan_ld_json(page.text, known) if is_html(page) else ()
        reading = settled([*data, *_in_lines(shown, known), *_in_tables(shown, known)])
        if not reading.offers:
            kind = "conflict" if any(r.reason == CONFLICT for r in reading.refused) else "no_table"
            raise ReadError(kind, f"{page.url} states no price of a plan that can be read exactly")
        return reading

    return read


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page of plans shows, and what it says of all its prices: billing, country, whose dollars."""

    lines: list[Line]
    grids: list[Grid]
    words: str
    billing: str
    region: str
    dollars: str

    @classmethod
    def of(cls, page: Page) -> Shown:
        lines, tree = plan_lines(page)
        words = "\n".join(line.text for line in lines)
        billing = billing_shown(lines, tree)
        return cls(lines, tables(page), words, billing, country_of_all(words), dollars_of_all(words))


def _in_lines(shown: Shown, names: PlanNames) -> Found:
    for block in blocks_of(shown.lines, names):
        if not block.is_head:
            yield from _alike(_block(block, shown, names))


def _alike(found: Found) -> Found:
    """What one card says; where it says two prices of the same, neither is believed."""
    reading = settled(found)
    yield from reading.offers
    yield from reading.refused


def _block(block: Block, shown: Shown, names: PlanNames) -> Found:
    text = "\n".join(block.lines)
    said_free = False
    for amount in amounts_in(text, shown.words):
        sentence = _SENTENCE.split(text[max(amount.start - 2 * _LABEL, 0) : amount.start])[-1]
        plan = _plan_of(sentence, text[amount.end : amount.end + 80], block.plan, names)
        if plan is None or not amount.is_price or not (amount.per or not amount.number or block.is_card):
            continue
        line = text.rfind("\n", 0, amount.start) + 1
        label = " | ".join(filter(None, (block.title, *_until_line_end(text, line, amount.end).split("\n"))))
        seat = seat_in(sentence) if plan and not plan.endswith(" seat") else ""
        for one in _offer(plan + seat, amount, label[:_LABEL], shown, country(sentence), names):
            said_free = said_free or (isinstance(one, Offer) and not one.price)
            yield one
    frees = [line for line in block.lines[:_FIRST] if _FREE.fullmatch(line)]
    if frees and block.is_card and block.plan in names.free and not said_free:
        yield Refused(f"{block.title} | {frees[0]}", "free, in a currency that the card does not say")


def plan_offers(plan: str, title: str, text: str, names: PlanNames) -> Found:
    """The prices in the lines that are known to be those of one plan."""
    nothing = Shown([], [], text, "", "", "")
    yield from _alike(_block(Block(plan, title, 1, is_card=True, lines=text.split("\n")), nothing, names))


def _until_line_end(text: str, start: int, end: int) -> str:
    stop = text.find("\n", end)
    return text[start : stop if stop >= 0 else len(text)]


def _plan_of(sentence: str, behind: str, plan: str, names: PlanNames) -> str | None:
    """Whose price an amount is: of the plan that its sentence named last, else of the block's."""
    said = names.mentioned(sentence)
    if (
        len(said) > 1
        and said[-1][2] != said[-2][2]
        and _JOINED.fullmatch(sentence[said[-2][1] : said[-1][0]])
    ):
        return None
    if said:
        return said[-1][2]
    if (other := _SUBJECT.search(sentence)) and not _OF_ITSELF.fullmatch(other[1]):
        return None
    if (lead := _FOR.match(behind)) and (after := names.mentioned(behind)) and after[0][0] == lead.end():
        return after[0][2]
    return plan or None


def _offer(plan: str, amount: Amount, label: str, shown: Shown, region: str, names: PlanNames) -> Found:
    bare_dollars = amount.currency == "USD" and shown.dollars and "US" not in label
    currency = shown.dollars if bare_dollars else amount.currency
    billing = "yearly" if amount.per == "year" else amount.billing or shown.billing
    if amount.problem:
        yield Refused(label, amount.problem)
    elif not amount.number:
        if plan in names.free:
            yield Offer(
                plan, "seat_month", amount.number, currency, Terms(region=region or shown.region), label
            )
        else:
            yield Refused(label, "zero, for a plan that is not known to be free")
    elif not amount.per:
        if re.search(r"\|\s*(?:from )?\W*[\d.,]+\W*$", label, re.I):
            yield Refused(label, "an amount that does not say of what period it is")
    elif billing == UNCLEAR:
        yield Refused(label, "billed by the month or by the year: the page does not say which")
    else:
        terms = Terms(
            region=region or shown.region,
            billing="yearly" if billing == "yearly" else "",
            effective_from=amount.effective_from,
            promo_until=amount.promo_until,
        )
        try:
            yield Offer(plan, "seat_month", amount.by_month(), currency, terms, label)
        except PriceError as why:
            yield Refused(label, str(why))


def _in_tables(shown: Shown, names: PlanNames) -> Found:
    for grid in shown.grids:
        for plan, heading, cell in plan_cells(grid, names):
            yield from _alike(_cell(plan, heading, glued_apart(cell), shown, names))


def _cell(plan: str, heading: str, cell: str, shown: Shown, names: PlanNames) -> Found:
    """A cell's prices; where it states no period its heading may: "Price per month", "Annual (per month)"."""
    flat = one_line(heading)
    for amount in amounts_in(f"{flat}:\n{cell}", shown.words):
        if not amount.is_price:
            continue
        label = " | ".join((plan, flat, one_line(cell)))
        yield from _offer(plan, _by_heading(amount, flat), label[:_LABEL], shown, country(flat), names)


def _by_heading(amount: Amount, heading: str) -> Amount:
    if amount.per:
        return amount
    if re.search(r"per month|/ ?mo(?:nth)?\b|\bmonthly\b|a month", heading, re.I):
        return replace(amount, per="month")
    return replace(amount, per="year") if re.search(r"per year|/ ?y(?:ea)?r\b", heading, re.I) else amount
