"""Venice's documentation of prices: tables with a column of ids in Markdown, or the rendered page's cards.

Not read on purpose: what is charged by the image, the song, the second or the call.
"""

import re
from collections.abc import Iterator

from scrapers.html_page import whole_page
from scrapers.meters import MILLION, Unit, meter_of
from scrapers.money import PriceError, per_meter, read_price
from scrapers.page import Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.readers import first_of, table
from scrapers.settled import settled
from scrapers.source import Source
from scrapers.tables import is_html
from scrapers.terms import context_in
from scrapers.wrong_page import refuse_wrong_page

_PER_MILLION = re.compile(r"\bprices (?:are )?per 1M tokens\b", re.I)
_ID = re.compile(r"`([a-z0-9][\w./:-]{2,80})`$", re.I)
_PRICES = re.compile(
    r"(?P<label>Input(?: Price)?|Output(?: Price)?|Cache Read|Cache Write)\s*\$(?P<price>[\d.,]*\d)"
)
_EMBEDDING = re.compile(r"Per 1M tokens\s*\$(?P<price>[\d.,]*\d)")
_LONGER = re.compile(r">\s*\d+K context: (?P<prices>.+)", re.I)
_EACH = re.compile(r"\$(?P<price>[\d.]*\d)(?:/\$(?P<write>[\d.]*\d))?(?:/M)? (?P<label>input|output|cache)\b")


def cards(page: Page) -> Reading:
    """What stands under each name with its id; raises ReadError."""
    refuse_wrong_page(page)
    reading = settled(prices(lines(page)))
    if not reading.offers:
        raise ReadError("no_table", f"neither tables nor cards of prices on {page.url}")
    return reading


def lines(page: Page) -> list[str]:
    """The page's lines; none where it does not say that prices are per million tokens."""
    if not _PER_MILLION.search(page.text):
        return []
    if not is_html(page):
        return [line.strip() for line in page.text.split("\n") if line.strip()]
    return [line.text for line in whole_page(page.text).lines]


def prices(said: list[str]) -> Iterator[Offer | Refused]:
    """A name with its id, then a line of labels and prices, then perhaps one for longer prompts."""
    model = ""
    for line in said:
        if named := _ID.search(line):
            model = named[1]
        elif found := list(_PRICES.finditer(line)):
            labelled = [(meter_of(m["label"]), m["price"]) for m in found]
            yield from _offers(model, line, labelled, Terms())
        elif embedding := _EMBEDDING.fullmatch(line):
            yield from _offers(model, line, [("input_mtok", embedding["price"])], Terms())
        elif longer := _LONGER.fullmatch(line):
            yield from _offers(
                model, line, list(_by_label(longer["prices"])), Terms(context=context_in(line))
            )


def _by_label(text: str) -> Iterator[tuple[str | None, str]]:
    for each in _EACH.finditer(text):
        meter = "cache_read_mtok" if each["label"] == "cache" else meter_of(each["label"])
        yield meter, each["price"]
        if each["write"]:
            yield ("cache_write_mtok" if each["label"] == "cache" else None), each["write"]


def _offers(
    model: str, line: str, labelled: list[tuple[str | None, str]], terms: Terms
) -> Iterator[Offer | Refused]:
    label = f"{model} | {line}"
    try:
        if not model or len(labelled) != line.count("$"):
            raise PriceError("prices without a model, or without a label each")
        for meter, text in labelled:
            price = read_price(f"${text}")
            if price is None or meter is None:
                raise PriceError(f"no meter for ${text}")
            amount = per_meter(price, meter, Unit("token", MILLION))
            yield Offer(model, meter, amount, price.currency, terms, label)
    except PriceError as why:
        yield Refused(label, str(why))


SOURCE = Source(
    url="https://docs.venice.ai/overview/pricing.md",
    accept="text/markdown",
    via="markdown",
    reader=first_of(table(name=r"(?:model )?id", carries_names=True), cards),
    anchors=("deepseek-v4-pro", "deepseek-v3.2", "llama-3.3-70b", "zai-org-glm-4.6", "kimi-k2-6"),
    least=20,
)
