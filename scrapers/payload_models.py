"""Prices that a page shows only by its scripts: objects of their JSON that name a model, input and output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from scrapers.columns import EMBEDS
from scrapers.currencies import currency_in
from scrapers.meters import Unit, meter_of, read_unit, tuned
from scrapers.names import ID, LONGEST
from scrapers.page import Offer, Page, ReadError, Refused
from scrapers.payload import Json, astro_islands, flight, ld_json, next_data, objects
from scrapers.payload_rows import Row, Rows, Stated

_IDS = ("id", "model_id", "modelId", "slug", "model", "apiName", "api_name")
_NAMES = ("name", "modelName", "model_name", "displayName", "display_name", "title", "label", "model")
_PRICES = re.compile(r"pric|cost|rates?\b|token", re.I)
_LABELS = ("label", "name", "title", "type", "value", "unit")
_TRAINING = re.compile(r"\btraining\b|\bfine-?tun|微调|训练", re.I)  # its row is for what training makes
_ENDS = re.compile(r"_?(?:price|cost|rate|amount|value)$", re.I)
_MOST_DEPTH = 3


def payload_models(page: Page, unit: Unit | None, currency: str) -> list[list[Offer | Refused]]:
    """What each JSON value of a page's scripts states; `unit` and `currency` are what the page says of all.

    Input and output of a row must be read, or input of a model that embeds: otherwise none of its prices is.
    A number without unit or currency is refused.
    """
    rows = Rows((), lambda row: _stated(row, unit), name=_name, currency=currency)
    read = ([_whole(list(rows.of(row))) for row in objects(value)] for value in _values(page.text))
    return [found for value in read if (found := [one for row in value for one in row])]


def _whole(read: list[Offer | Refused]) -> list[Offer | Refused]:
    """What was read of a row; only its refusals where its input or output is among them."""
    offers = [one for one in read if isinstance(one, Offer)]
    meters = {offer.meter.removeprefix("tuned_") for offer in offers}
    embeds = meters == {"input_mtok"} and EMBEDS.search(offers[0].model)
    if embeds or {"input_mtok", "output_mtok"} <= meters:
        return read
    return [one for one in read if isinstance(one, Refused)]


def _values(html: str) -> Iterator[Json]:
    yield from flight(html)
    yield from ld_json(html)
    yield from (props for _, props in astro_islands(html))
    try:
        yield next_data(html)
    except ReadError:
        return


def _name(row: Row) -> str:
    """The id where it is one, else the name; "" where the row has neither."""
    for key in _IDS:
        if (
            isinstance(row.get(key), str)
            and ID.fullmatch(row[key].casefold())
            and re.search("[a-z]", row[key], re.I)
        ):
            return str(row[key])
    return next((row[key] for key in _NAMES if isinstance(row.get(key), str) and row[key].strip()), "")


def _stated(row: Row, unit: Unit | None) -> Iterator[Stated]:
    if not 0 < len(_name(row)) <= LONGEST:
        return
    said = str(row.get("unit") or row.get("priceUnit") or row.get("per") or "")
    money = currency_in(str(row.get("currency") or ""))
    found = [
        Stated(
            words, _in(value, money), "" if read_unit(words) else (said if read_unit(said) else unit or "")
        )
        for words, value in _labelled(row, "", 0)
        if meter_of(words)
    ]
    meters = {meter_of(one.label) for one in found}
    embeds = EMBEDS.search(_name(row)) and meters == {"input_mtok"}
    if not embeds and not {"input_mtok", "output_mtok"} <= meters:
        return
    if any(_TRAINING.search(words) for words, _ in _labelled(row, "", 0)):
        found = [replace(one, meter=tuned(meter_of(one.label) or "")) for one in found]
    yield from found


def _in(value: Json, currency: str) -> Json:
    """A bare number in the currency that its row names."""
    return f"{value:f} {currency}" if currency and isinstance(value, Decimal) else value


def _labelled(row: Row, above: str, depth: int) -> Iterator[tuple[str, Json]]:
    """(words, value) of each price of a row: its own, and those in objects and lists of prices."""
    for key, value in row.items():
        words = _label(row, key) or f"{above} {_words(key)}".strip()
        if isinstance(value, dict) and depth < _MOST_DEPTH and (above or _PRICES.search(key)):
            yield from _labelled(value, words, depth + 1)
        elif isinstance(value, list) and depth < _MOST_DEPTH and _PRICES.search(key):
            yield from (pair for item in value if isinstance(item, dict) for pair in _item(item, depth + 1))
        elif (
            isinstance(value, Decimal | str) and (above or _PRICES.search(_words(key))) and _is_amount(value)
        ):
            yield words, value


def _label(row: Row, key: str) -> str:
    """What a row prints beside the price under a key: {"inputLabel": "Cost", "inputPrice": 0.12}."""
    stem = _ENDS.sub("", key)
    said = (row.get(f"{stem}{end}") for end in ("Label", "_label")) if stem != key else ()
    return next((label for label in said if isinstance(label, str)), "")


def _item(item: Row, depth: int) -> Iterator[tuple[str, Json]]:
    """One price of a list: {"label": "Input (/M tokens)", "price": "$1.5"}; or several, a key each."""
    words = " ".join(str(item[key]) for key in _LABELS if isinstance(item.get(key), str))
    amounts = {k: v for k, v in item.items() if k not in _LABELS and _PRICES.search(k) and _is_amount(v)}
    dollars = [v for k, v in amounts.items() if re.search(r"dollar|usd", k, re.I)]
    if len(found := dollars or list(amounts.values())) == 1:
        yield words, found[0]
    elif not words:
        yield from _labelled(item, "", depth)


def _is_amount(value: Json) -> bool:
    return (isinstance(value, Decimal) and value > 0) or (
        isinstance(value, str) and bool(re.search(r"\d", value[:40]))
    )


def _words(key: str) -> str:
    """ "inputPricePer1MTokens" → "input Price Per 1 M Tokens"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", key)
    return re.sub(r"[_\-.]+", " ", apart)
