"""The reader `payload_rows()`: prices in the JSON of a page's scripts, an object for each model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser

from scrapers.currencies import currency_in
from scrapers.html_tables import cell_text
from scrapers.lines import one_line
from scrapers.meters import Unit, meter_of, read_unit
from scrapers.money import PriceError, per_meter, read_price
from scrapers.names import LONGEST, model_name
from scrapers.page import STANDARD, Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.payload import Json, flight, objects, objects_of
from scrapers.settled import settled
from scrapers.source import Reader
from scrapers.tables import is_html
from scrapers.terms import merged, terms_in, without_context
from scrapers.wrong_page import refuse_wrong_page

Row = dict[str, Json]
Found = Iterator[Offer | Refused]

_LONGEST = 5000  # characters of a value that may be a label or a price
_MOST = 200  # prices of one row


@dataclass(frozen=True, slots=True)
class Stated:
    """One price of a row as the JSON says it: what it is for, its text or number, what it is per.

    `meter` where the label does not say it; `terms` what the label does not say of them.
    """

    label: str
    price: Json
    per: str | Unit = ""
    meter: str = ""
    terms: Terms = STANDARD


@dataclass(frozen=True, slots=True)
class Rows:
    """Which objects of a page's JSON are rows, and what they hold.

    `keys`: an object that has them all is a row. `name`: the key of the model's name, or how it is made.
    `prices`: what the row states. `meters`: for labels whose words do not say it, a pattern of label and unit
    ("cost .*searches") and the meter; the first that is found goes. `currency`: of bare numbers.
    """

    keys: tuple[str, ...]
    prices: Callable[[Row], Iterable[Stated | Refused]]
    name: str | Callable[[Row], str] = "name"
    meters: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    named: Callable[[str], str] = model_name

    def __call__(self, values: Json) -> Found:
        """The offers and refusals of every row in a JSON value."""
        for row in objects(values, *self.keys):
            yield from self.of(row)

    def of(self, row: Row) -> Found:
        """The offers and refusals of one row."""
        printed = self.name(row) if callable(self.name) else row.get(self.name)
        for number, stated in enumerate(self.prices(row)):
            if number < _MOST:
                yield from self._read(_shown(printed), stated)

    def _read(self, printed: str, stated: Stated | Refused) -> Found:
        if isinstance(stated, Refused):
            yield stated
            return
        words, said = _shown(stated.label), _price(stated.price)
        per = stated.per if isinstance(stated.per, str) else ""
        meter = stated.meter or self._meter(f"{words} {per}".strip())
        if not meter:
            return
        label = " | ".join(filter(None, (printed, words, per, one_line(said))))[:_LONGEST]
        try:
            price = read_price(said, currency=self.currency)
            if price is None:
                return
            model = self.named(printed)
            if not 0 < len(model) <= LONGEST:
                raise PriceError("a price without the name of a model")
            unit = stated.per if isinstance(stated.per, Unit) else read_unit(per) or read_unit(words)
            currency = price.currency or self.currency
            if not currency:
                raise PriceError("no currency")
            amount = per_meter(price, meter, unit)
        except PriceError as why:
            yield Refused(label, str(why))
        else:
            terms = merged(terms_in(f"{words}\n{per}"), stated.terms)
            yield Offer(model, meter, amount, currency, terms, label)

    def _meter(self, words: str) -> str:
        given = (meter for said, meter in self.meters.items() if re.search(said, words, re.I))
        return next(given, "") or meter_of(without_context(words)) or ""


def flight_of(page: Page) -> list[Json]:
    """The JSON that Next.js streams into a page; empty where it does not."""
    return flight(page.text) if is_html(page) else []


def payload_rows(
    *rows: Rows,
    where: Callable[[Page], list[Json]] = flight_of,
    needs: tuple[str, ...] = ("input_mtok", "output_mtok"),
    also: Callable[[Page], Iterable[Offer | Refused]] = lambda page: (),
) -> Reader:
    """A reader of rows in a page's JSON.

    `where`: the values in which they are looked for. `needs`: meters that the page must state. `also` reads
    what else the source wants of the page. ReadError("no_table") where there are no rows.
    """

    def read(page: Page) -> Reading:
        if is_html(page):
            _refuse_wrong_page(page)
        # What advertises a few models stands in another value than the list of all.
        lists = [list(kind(value)) for value in where(page) for kind in rows]
        if not any(lists):
            raise ReadError("no_table", f"no rows of prices in the scripts of {page.url}")
        reading = settled(*lists, also(page))
        # A price of long prompts stands in for none of the others.
        missing = set(needs) - {offer.meter for offer in reading.offers if not offer.terms.context}
        if missing:
            raise ReadError("missing_column", f"no {', '.join(sorted(missing))} on {page.url}")
        return reading

    return read


def in_list(key: str, *, label: str, price: str, per: str = "") -> Callable[[Row], Iterator[Stated]]:
    """Prices that lie in a list of a row, an object each: which of its keys holds what."""

    def prices(row: Row) -> Iterator[Stated]:
        for item in objects_of(row.get(key)):
            if price in item:
                yield Stated(_text(item.get(label)), item[price], _text(item.get(per)) if per else "")

    return prices


def _refuse_wrong_page(page: Page) -> None:
    """A page that shows nothing is no wrong page here: its prices are in its scripts."""
    try:
        refuse_wrong_page(page)
    except ReadError as fault:
        if fault.kind != "no_table":
            raise


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _shown(value: Json) -> str:
    """What a value shows as; a number as it is printed."""
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) < 30 else ""
    text = _text(value)[:_LONGEST]
    if not re.search(r"<[a-z/!]|&[a-z#]", text, re.I):
        return text.strip()
    body = LexborHTMLParser(text).body
    return cell_text(body)[0] if body is not None else ""


def _price(value: Json) -> str:
    """The lines of a value that name an amount of money, if any does: what else stands there is a remark."""
    lines = _shown(value).split("\n")
    return "\n".join([line for line in lines if currency_in(line)] or lines)
