"""The tables of Amazon Bedrock's pricing page, rendered, or as a list of rows that a scraper made of them.

The page as fetched holds no prices: a script fills them in, so it must be rendered. It shows one region at a
time; where rows of several regions came together, a model with several prices for one thing is refused. Not
read on purpose: customised models, provisioned and reserved throughput, worked examples, video and images by
resolution.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from scrapers.currencies import currency_in
from scrapers.grid import Grid
from scrapers.json_rows import answer_of
from scrapers.lines import one_line
from scrapers.meters import METERS, kinds_in, meter_of, of_kind, read_unit
from scrapers.money import PriceError, per_meter, read_prices
from scrapers.names import model_name
from scrapers.page import Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.settled import settled, whole
from scrapers.source import Source
from scrapers.tables import is_html, tables
from scrapers.terms import merged, terms_in
from scrapers.wrong_page import refuse_wrong_page

_ABOUT = ("Hierarchy_Path", "Provider", "Pricing_Category", "Sub_Tab_1", "Sub_Tab_2", "Sub_Tab_3")
_NAME = re.compile(r"(?:[\w.]+ ){0,4}models?(?: name)?|column_0", re.I)
_LEFT_OUT = re.compile(r"custom|fine-?tun|provision|reserved|example|evaluation|distill|web grounding", re.I)
_FILLED_IN = re.compile(r"\{\s*priceOf", re.I)
_NO_PRICE = re.compile(r"non-ga|loading\W*", re.I)
_LATENCY = re.compile(r"\(?\s*(?:w/|with)?\s*latency[- ]optimized(?: inference)?\s*\)?", re.I)
_WAY = re.compile(r"\s*\((?P<way>on-demand|batch)\)", re.I)
_SINCE_NAMED = re.compile(r",?\s*effective\s+(?P<day>[^()]*20\d\d)", re.I)
_DEAREST = Decimal(500)  # per million tokens; beyond it a heading names the wrong unit
APART = "the page states several prices for the same, and not of which region or tier"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its cells by their headings, and the words above the table."""

    cells: dict[str, str]
    above: tuple[str, ...]


def read(page: Page) -> Reading:
    """Every table with a column of models; raises ReadError."""
    rows = _rendered(page) if is_html(page) else _dumped(page)
    found = [one for row in rows for one in _offers(row)]
    if not any(isinstance(one, Offer) for one in found):
        raise ReadError("no_table", f"{page.url} states no prices (does it need a browser?)")
    return whole(settled(_apart(found)), page)


def _rendered(page: Page) -> Iterator[Row]:
    refuse_wrong_page(page)
    for grid in tables(page):
        yield from _of_grid(grid)


def _of_grid(grid: Grid) -> Iterator[Row]:
    headings = [one_line(text) for text in grid.headings]
    if len(set(headings)) < len(headings):
        return  # two columns of one heading: nothing tells them apart
    above = tuple(filter(None, (*grid.path, grid.caption)))
    for row in grid.body:
        yield Row(dict(zip(headings, (cell.text for cell in row), strict=True)), above)


def _dumped(page: Page) -> Iterator[Row]:
    answer = answer_of(page)
    if not isinstance(answer, list):
        raise ReadError("unexpected_page", f"{page.url} is no list of rows")
    for one in answer:
        if isinstance(one, dict):
            told = {one_line(str(key)): str(value) for key, value in one.items()}
            yield Row(
                {key: value for key, value in told.items() if key not in _ABOUT},
                tuple(told[key] for key in _ABOUT if told.get(key)),
            )


def _offers(row: Row) -> Iterator[Offer | Refused]:
    names = [key for key in row.cells if _NAME.fullmatch(key)]
    above = " | ".join(row.above)
    if len(names) != 1 or _LEFT_OUT.search(above):
        return
    model, own = _named(row.cells[names[0]])
    kinds = kinds_in(row.cells.get("Modality", ""))
    around = merged(_around(row.above), own)
    for heading, text in row.cells.items():
        meter = _meter(heading, kinds) if heading != names[0] else None
        if meter is None or _NO_PRICE.fullmatch(text.strip()):
            continue
        label = " | ".join(filter(None, (above, row.cells[names[0]], heading, text)))
        try:
            yield from _priced(model, meter, heading, text, merged(around, terms_in(heading)), label)
        except PriceError as why:
            yield Refused(label, str(why))


def _priced(
    model: str, meter: str, heading: str, text: str, terms: Terms, label: str
) -> Iterator[Offer | Refused]:
    if _FILLED_IN.search(text):
        raise PriceError("a price that a script fills in")
    currency = currency_in(heading)
    prices = read_prices(text, currency=currency)
    if len(prices) > 1:
        raise PriceError(f"{len(prices)} prices in one cell")
    for price in prices:
        if not model:
            raise PriceError("a price without the name of a model")
        if not (price.currency or currency):
            raise PriceError("no currency")
        amount = per_meter(price, meter, read_unit(heading))
        if METERS[meter].thing == "token" and amount > _DEAREST:
            raise PriceError(f"{amount:f} per million tokens: the heading's unit is not believed")
        yield Offer(model, meter, amount, price.currency or currency, terms, label)


def _named(printed: str) -> tuple[str, Terms]:
    """A model's name, and what of its terms is printed behind it."""
    way, since = _WAY.search(printed), _SINCE_NAMED.search(printed)
    tier = "latency-optimized" if _LATENCY.search(printed) else ""
    if way and way["way"].casefold() == "batch":
        tier = "batch"
    day = terms_in(f"effective {since['day']}").effective_from if since else ""
    plain = _SINCE_NAMED.sub("", _WAY.sub("", _LATENCY.sub("", printed)))
    return model_name(plain), Terms(tier=tier, effective_from=day)


def _around(above: tuple[str, ...]) -> Terms:
    """Tier and region from the words above a table: the tab, the heading, the kind of inference."""
    said = [words for words in above if not re.search(r"on[- ]demand", words, re.I)]
    tiers = [tier for words in said if (tier := terms_in(words.rsplit(" > ", 1)[-1]).tier)]
    if any(_LATENCY.search(words) for words in said):
        tiers.append("latency-optimized")
    text = " ".join(said)
    is_global = re.search(r"global cross[- ]region", text, re.I)
    is_geo = re.search(r"\bgeo\b", text, re.I)
    region = "global" if is_global else "geo" if is_geo else ""
    return Terms(tier=tiers[-1] if tiers else "", region=region)


def _meter(heading: str, kinds: list[str]) -> str | None:
    """What the column of a heading is a price of; None where it is none that is read."""
    if not re.match(r"pri?ce\b", heading, re.I) or re.search(
        r"per hour|per month|tpm\b|to train|second", heading, re.I
    ):
        return None
    if re.fullmatch(r"price per (?:generated image|image)", heading, re.I):
        return "output_images" if "generated" in heading.casefold() else None
    if re.fullmatch(r"price per 1,?000 (?:search )?queries\W*", heading, re.I):
        return "rerank_searches_kcount"
    if re.search(r"\bimages? (?:generated|input)|per (?:image|document|text request)", heading, re.I):
        return None
    meter = meter_of(re.sub(r"\b30m\b", "", heading))
    if meter and kinds and "text" not in kinds:
        return of_kind(meter, kinds[0]) if len(kinds) == 1 else None
    return meter


def _apart(found: list[Offer | Refused]) -> Iterator[Offer | Refused]:
    """Offers, without those of which the same model, compared without punctuation, has several prices."""
    prices: dict[object, set[Decimal]] = {}
    for one in found:
        if isinstance(one, Offer):
            prices.setdefault(_key(one), set()).add(one.price)
    for one in found:
        clashes = isinstance(one, Offer) and len(prices[_key(one)]) > 1
        yield Refused(one.label, APART) if clashes else one


def _key(offer: Offer) -> object:
    plain = re.sub(r"[^a-z0-9]", "", offer.model.casefold()).removeprefix("amazon")
    return plain, offer.meter, offer.currency, replace(offer.terms, effective_from="")


SOURCE = Source(
    url="https://aws.amazon.com/bedrock/pricing/",
    provider="aws",
    via="browser",
    ancestry="bedrock",  # the page is filled from the price list
    reader=read,
    anchors=("Claude Sonnet 4.6", "Claude Sonnet 4.5", "Palmyra X5", "Jamba 1.5 Large", "Amazon Nova Pro"),
    least=10,
)
