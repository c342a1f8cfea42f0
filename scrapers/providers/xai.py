"""xAI's list of models, which its documentation carries as JSON, or the tables that it prints of it.

The JSON counts in ten-billionths of a dollar. Not read on purpose: prices that hang on the resolution of an
image or a video, speech by the second (rounded there), discounts and premiums that are only percentages.
"""

from collections.abc import Iterator
from dataclasses import replace

from scrapers.meters import Unit
from scrapers.page import Offer, Page, Reading, Refused, Terms
from scrapers.payload import Json, assigned, flight, loads, objects_of
from scrapers.payload_rows import Row, Rows, Stated, payload_rows
from scrapers.readers import first_of, table
from scrapers.source import Source
from scrapers.tables import is_html
from scrapers.terms import context_in

_TICKS = 10**10  # of a dollar
_TOKEN, _IMAGE, _CHARACTER = (Unit(thing, _TICKS) for thing in ("token", "image", "character"))
_PRICES = {
    "promptTextTokenPrice": ("input_mtok", _TOKEN),
    "promptImageTokenPrice": ("input_image_mtok", _TOKEN),
    "cachedPromptTokenPrice": ("cache_read_mtok", _TOKEN),
    "completionTextTokenPrice": ("output_mtok", _TOKEN),
    "imagePrice": ("output_images", _IMAGE),
    "pricePerInputImage": ("input_images", _IMAGE),
}
_LONG = {
    "promptTextTokenPriceLongContext": "promptTextTokenPrice",
    "cachedPromptTokenPriceLongContext": "cachedPromptTokenPrice",
    "completionTokenPriceLongContext": "completionTextTokenPrice",
}
_MUST_COST = ("promptTextTokenPrice", "completionTextTokenPrice")


def catalogue(page: Page) -> list[Json]:
    """The JSON with the models: the answer itself, a global of the page, or what Next.js streams."""
    text = page.text.strip().lstrip("\ufeff")
    if text[:1] == "{":
        return [loads(text)]
    if not is_html(page):
        return []
    models = assigned(page.text, "__XAI_PUBLIC_MODELS__")
    return flight(page.text) if models is None else [models]


def prices(row: Row) -> Iterator[Stated | Refused]:
    """What a model costs where; a zero says that it has no such price, of text that it is not known."""
    where = Terms(region=str(row.get("cluster") or ""))
    for key, (meter, unit) in _PRICES.items():
        if str(row.get(key) or "0") != "0" or (key in _MUST_COST and key in row and "imagePrice" not in row):
            yield Stated(key, row[key], unit, meter, where)
    for key, base in _LONG.items():
        if str(row.get(key) or "0") not in ("0", str(row.get(base))):
            context = context_in(f">{row.get('longContextThreshold') or 0}")
            terms, label = replace(where, context=context), f"{key} {row[key]}"
            meter, unit = _PRICES[base]
            yield (
                Stated(key, row[key], unit, meter, terms) if context else Refused(label, "how long is long?")
            )
    for endpoint in objects_of(row.get("endpoints")):
        if price := (endpoint.get("pricing") or {}).get("perCharacter"):
            yield Stated("perCharacter", price, _CHARACTER, "input_mchars", where)


def everywhere(reading: Reading) -> Reading:
    """Prices without their region, which stays with those unlike the ones of the region listed first."""
    first: dict[object, Offer] = {}
    kept: list[Offer] = []
    for offer in reading.offers:
        plain = replace(offer, terms=replace(offer.terms, region=""))
        told = first.setdefault((plain.model, plain.meter, plain.currency, plain.terms), plain)
        if told is plain or told.price != offer.price:
            kept.append(plain if told is plain else offer)
    return replace(reading, offers=tuple(kept))


_of_json = payload_rows(
    Rows(("name",), prices, currency="USD", named=str),
    where=catalogue,
)


def of_json(page: Page) -> Reading:
    return everywhere(_of_json(page))


SOURCE = Source(
    url="https://docs.x.ai/developers/models",
    via="payload",
    reader=first_of(of_json, table()),
    anchors=(
        "grok-4.7",
        "grok-4.6",
        "grok-4.3",
        "grok-4.20-0309-reasoning",
        "grok-4-0709",
        "grok-3",
        "grok-2-1212",
    ),
    least=6,
)
