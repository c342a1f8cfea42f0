"""Claude's page of prices: the plans, and the models' prices by the token.

Not read on purpose: what a seat costs a month if billed annually (only the sum that is billed up front makes
a yearly price comparable), and prices of tools.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from scrapers.lines import Line
from scrapers.page import STANDARD, Offer, Refused, Terms
from scrapers.readers import cards
from scrapers.source import Source
from scrapers.subscriptions.amounts import amounts_in

_AMOUNT = re.compile(r"(?:From )?\$(\d+(?:\.\d\d?)?)")
_MONTHLY = re.compile(r"\$(\d+(?:\.\d\d?)?)(?: per \w+)? if billed monthly", re.I)
_YEARLY = re.compile(r"month\b.*\bannual\b.*billed up front", re.I)
_BY_MONTH = re.compile(r"(?:per|/)\s*(?:person |member |seat )?(?:/ ?)?month\b|billed monthly", re.I)
_ANNUAL = re.compile(r"\bannual", re.I)
_SEAT = re.compile(r"(?:standard|premium) seat", re.I)
_BARE_SEAT = re.compile(r"\$(\d+(?:\.\d\d?)?)\s*/\s*seat\b.*", re.I)


def plans(lines: list[Line]) -> Iterator[Offer | Refused]:
    """What each plan costs a month: headline or sentence, with the seat that it is for."""
    title = seat = ""
    for line, below in zip(lines, [*lines[1:], Line("")], strict=False):
        if line.level:
            title, seat = line.text, ""
        elif _SEAT.fullmatch(line.text):
            seat = f" {line.text.lower()}"
        elif bare := _BARE_SEAT.fullmatch(line.text):
            yield _offer(f"{title} seat", bare[1], line.text)
        elif amount := _AMOUNT.fullmatch(line.text):
            yield from _plan(title + seat, amount[1], below.text)


def _plan(name: str, amount: str, sentence: str) -> Iterator[Offer | Refused]:
    label = f"{name} | ${amount} | {sentence}"
    if problem := next((read.problem for read in amounts_in(f"${amount}\n{sentence}")), "no amount"):
        yield Refused(label, problem)
        return
    if _YEARLY.search(sentence):
        yield _offer(name, amount, label, Terms(billing="yearly"))
    if monthly := _MONTHLY.search(sentence):
        yield _offer(name, monthly[1], label)
    elif (_BY_MONTH.search(sentence) and not _ANNUAL.search(sentence)) or (
        not Decimal(amount) and name == "Free" and "free" in sentence.lower()
    ):
        yield _offer(name, amount, label)


def _offer(name: str, amount: str, label: str, terms: Terms = STANDARD) -> Offer:
    return Offer(name, "seat_month", Decimal(amount), "USD", terms, label)


SOURCE = Source(
    url="https://claude.com/pricing",
    provider="anthropic",
    reader=cards(needs=("input_mtok", "cache_write_mtok", "cache_read_mtok", "output_mtok"), also=plans),
    # Plans and models stand on two tabs, and either may be all that is sent.
    anchors=("Pro", "Max", "Fable 5.1", "Opus 5", "Sonnet 5", "Haiku 4.5"),
    least=12,
)
