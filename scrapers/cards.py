"""The reader `cards()`: prices that stand in lines under a model's heading, not in a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from scrapers.html_page import whole_page
from scrapers.lines import Line, joined
from scrapers.meters import SUFFIX, meter_of
from scrapers.money import PriceError, per_meter, read_price
from scrapers.names import model_name
from scrapers.page import Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.read_parts import leaves_scripts_alone
from scrapers.settled import settled, whole
from scrapers.source import Reader
from scrapers.terms import context_in, without_context
from scrapers.wrong_page import refuse_wrong_page

Found = Iterator[Offer | Refused]

_LONGEST = 200  # characters of a line that is a price; a longer one is prose
_PRICE = re.compile(r"(?P<label>.*?)[\s:]*(?P<price>(?:US)?[$€¥£₩]\s*[\d.].*)", re.S)


@dataclass(slots=True)
class Card:
    """Where a walk down the lines stands: the heading, the label of a group of prices, the label of one."""

    title: str = ""
    group: str = ""
    label: str = ""
    context: str = ""

    def hears(self, text: str) -> None:
        """Take a line without a price: a group of prices, a length of prompts, or a label."""
        said = without_context(text).strip()
        if meter_of(said) or re.search(r"cach", said, re.I):
            self.group, self.context = said, ""
        if said != text.strip():
            self.context = context_in(text)
        self.label = said

    @property
    def meter(self) -> str | None:
        return meter_of(self.label) or meter_of(f"{self.group} {self.label}") or None


def cards(
    *,
    needs: tuple[str, ...] = ("input_mtok", "output_mtok"),
    named: Callable[[str], str] = model_name,
    also: Callable[[list[Line]], Found] = lambda lines: iter(()),
) -> Reader:
    """A reader of HTML pages that print a model as a heading and under it "Input", "$5 / MTok", "Output", ….

    A price must name its unit. `needs`: meters that the page must state. `also` reads what else the source
    wants of the page's lines, such as its plans.
    """

    def read(page: Page) -> Reading:
        refuse_wrong_page(page)
        lines = whole_page(page.text).lines
        by_token = list(_offers(joined(lines, _is_unit), named))
        reading = settled([*by_token, *also(lines)])
        if not reading.offers:
            raise ReadError("no_table", f"no prices under headings on {page.url}")
        return whole(reading, page, needs)

    return leaves_scripts_alone(read)


def _is_unit(above: Line, line: Line) -> bool:
    """Whether a line is the unit ("/ 1M tokens") of the price above it."""
    return not above.level and bool(SUFFIX.fullmatch(line.text) and _PRICE.fullmatch(above.text))


def _offers(lines: Iterable[Line], named: Callable[[str], str]) -> Found:
    card = Card()
    for line in lines:
        if line.level:
            card = Card(title=line.text)
            continue
        said = _PRICE.fullmatch(line.text) if len(line.text) <= _LONGEST else None
        if said is None:
            card.hears(line.text)
            continue
        if said["label"]:
            card.hears(said["label"])
        meter = meter_of(said["price"]) or card.meter  # "$2 / 1M input tokens" says it itself
        if meter and card.title:
            yield _offer(card, meter, said["price"], named)


def _offer(card: Card, meter: str, price: str, named: Callable[[str], str]) -> Offer | Refused:
    label = " | ".join(filter(None, (card.title, card.group, card.context, card.label, price)))
    try:
        stated = read_price(price)
        if stated is None or stated.unit is None:
            raise PriceError("a price without its unit")
        amount = per_meter(stated, meter)
    except PriceError as why:
        return Refused(label, str(why))
    return Offer(named(card.title), meter, amount, stated.currency, Terms(context=card.context), label)
