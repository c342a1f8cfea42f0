"""SiliconFlow's page of prices, whose tables are no tables: a line each for heading, name, "$" and amount.

A row with one price fewer than headings has no price of cached input. Not read on purpose: images and sound.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from scrapers.html_page import whole_page
from scrapers.meters import MILLION, Unit, meter_of
from scrapers.money import PriceError, per_meter, read_price
from scrapers.names import model_name
from scrapers.page import Offer, Page, ReadError, Reading, Refused
from scrapers.settled import settled
from scrapers.source import Source
from scrapers.tables import is_html
from scrapers.wrong_page import refuse_wrong_page

_PER_MILLION = re.compile(r"prices shown are per (?:1 million|1M) tokens", re.I)
_CONTEXT = re.compile(r"[\d.,]+[KM]", re.I)
_AMOUNT = re.compile(r"\W{0,4}\d+(?:\.\d+)?")
_ENDS = re.compile(r"\[?(?:details|view more)\b", re.I)


@dataclass(slots=True)
class Row:
    """What was said since the last row ended: the name, then amounts."""

    name: str = ""
    prices: list[str] = field(default_factory=list)


def read(page: Page) -> Reading:
    refuse_wrong_page(page)
    said = lines(page)
    if not _PER_MILLION.search("\n".join(said)):
        raise ReadError("no_table", f"no prices per million tokens on {page.url}")
    reading = settled(rows(said))
    missing = {"input_mtok", "output_mtok"} - {offer.meter for offer in reading.offers}
    if missing:
        raise ReadError("missing_column", f"no {', '.join(sorted(missing))} on {page.url}")
    return reading


def lines(page: Page) -> list[str]:
    """What the page says, a currency and the amount below it in one line."""
    if is_html(page):
        said = [line.text for line in whole_page(page.text).lines]
    else:
        said = [line.strip() for line in page.text.split("\n") if line.strip()]
    return re.sub(r"^([$€¥£])\n(?=\d)", r"\1", "\n".join(said), flags=re.M).split("\n")


def rows(said: list[str]) -> Iterator[Offer | Refused]:
    """From each line "Model Name" on: the headings up to "Actions", then rows up to "Details"."""
    headings: list[str] = []
    reads_headings, row = False, Row()
    for line in said:
        if re.fullmatch(r"model(?: name)?", line, re.I):
            headings, reads_headings, row = [], True, Row()
        elif reads_headings:
            headings.append(line)
            reads_headings = line.lower() != "actions"
        elif _ENDS.match(line):
            yield from _offers(row, [meter for text in headings if (meter := meter_of(text))])
            row = Row()
        elif row.name and _AMOUNT.fullmatch(line):
            row.prices.append(line)
        elif not _CONTEXT.fullmatch(line):
            row = Row(line)


def _offers(row: Row, meters: list[str]) -> Iterator[Offer | Refused]:
    label = " | ".join((row.name, *row.prices))
    if not {"input_mtok", "output_mtok"} <= set(meters) or not row.prices:
        return
    if len(row.prices) == len(meters) - 1:
        meters = [meter for meter in meters if meter != "cache_read_mtok"]
    try:
        if len(row.prices) != len(meters):
            raise PriceError(f"{len(row.prices)} prices under {len(meters)} headings")
        said = {meter: _dollars(text, meter) for meter, text in zip(meters, row.prices, strict=True)}
        if not said.get("cache_read_mtok", 0) <= said["input_mtok"] <= said["output_mtok"]:
            raise PriceError("cached above input, or output below: a price is missing from the row")
    except PriceError as why:
        yield Refused(label, str(why))
        return
    for meter, amount in said.items():
        yield Offer(model_name(row.name), meter, amount, "USD", label=label)


def _dollars(text: str, meter: str) -> Decimal:
    price = read_price(text)
    if price is None or price.currency != "USD":
        raise PriceError(f"{text!r} is no price in dollars")
    return per_meter(price, meter, Unit("token", MILLION))


SOURCE = Source(
    url="https://www.siliconflow.com/pricing",
    reader=read,
    anchors=("DeepSeek-V4-Pro", "DeepSeek-V3.2", "DeepSeek-R1", "GLM-5.1", "Kimi-K2.6", "gpt-oss-120b"),
    least=8,
)
