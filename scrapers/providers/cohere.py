"""Cohere's page of prices: cards in the JSON of its scripts, and sentences about the models of other years.

Not read on purpose: Model Vault, which costs by the hour of an instance.
"""

import re
from collections.abc import Iterable, Iterator

from scrapers.currencies import currency_in
from scrapers.html_page import whole_page
from scrapers.lines import Line
from scrapers.money import PriceError, per_meter, read_price
from scrapers.names import model_name
from scrapers.page import Offer, Page, ReadError, Reading, Refused
from scrapers.payload import objects_of
from scrapers.payload_rows import Row, Rows, Stated, payload_rows
from scrapers.readers import cards, first_of, table
from scrapers.source import Source

_METERS = {
    r"\bsearch": "rerank_searches_kcount",
    r"^image cost\b.*token": "input_image_mtok",
    r"^(?:text )?cost\b.*token": "input_mtok",
}
_SENTENCE = re.compile(
    r"(?P<name>[A-Z][\w+. -]{2,40}?)(?:[’']s)? pricing is (?P<input>\S+(?: tokens)?) for input"
    r" and (?P<output>\S+(?: tokens)?) for output\.?"
)


def prices(row: Row) -> Iterator[Stated]:
    """Two prices of a card, each with its label, and what both are per."""
    for pair in objects_of(row["pricings"]):
        per = pair.get("overridePer") or row.get("per")
        for side in ("input", "output"):
            if (price := pair.get(f"{side}Price")) is not None:
                yield Stated(str(pair.get(f"{side}Label") or ""), price, f"per {per}")


def sentences(lines: Iterable[Line]) -> Iterator[Offer | Refused]:
    """ "Command pricing is $1.00/1M tokens for input and $2.00/1M tokens for output"."""
    for line in lines:
        if said := _SENTENCE.fullmatch(line.text):
            for side in ("input", "output"):
                try:
                    price = read_price(said[side])
                    if price is None or price.unit is None:
                        raise PriceError("a price without its unit")
                    meter = f"{side}_mtok"
                    amount = per_meter(price, meter)
                    yield Offer(model_name(said["name"]), meter, amount, price.currency, label=line.text)
                except PriceError as why:
                    yield Refused(line.text, str(why))


def in_answers(page: Page) -> Iterator[Offer | Refused]:
    return sentences(whole_page(page.text).lines)


_of_cards = payload_rows(
    Rows(("modelName", "pricings"), prices, name="modelName", meters=_METERS, currency="USD"),
    also=in_answers,
)


def of_cards(page: Page) -> Reading:
    """The cards, whose numbers name no currency: that is what the page shows."""
    reading = _of_cards(page)
    money = {shown for line in whole_page(page.text).lines if (shown := currency_in(line.text))}
    if money and "USD" not in money:
        raise ReadError("parse_error", f"{page.url} shows {', '.join(sorted(money))}, not dollars")
    return reading


SOURCE = Source(
    url="https://cohere.com/pricing",
    via="payload",
    reader=first_of(of_cards, table(), cards(also=sentences)),
    anchors=("Command R", "Command R7B", "Command A", "Command R+", "Command R+ 08-2024"),
    least=4,
)
