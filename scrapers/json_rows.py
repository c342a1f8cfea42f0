"""The reader `json_rows()`: the rows of a JSON answer, one model each, as offers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from scrapers.meters import Unit
from scrapers.money import Price, PriceError, per_meter, plain
from scrapers.page import STANDARD, Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.payload import Json, loads, objects_of
from scrapers.settled import settled
from scrapers.source import Reader
from scrapers.wrong_page import refuse_wrong_page

PER_TOKEN, PER_REQUEST, PER_SEARCH = Unit("token"), Unit("request"), Unit("search")

Row = dict[str, Json]

_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?", re.A)
_CHARGED = ("input_mtok", "output_mtok")  # where a zero that is not said to be free is worth a word
_FINEST = Decimal("1e-10")  # what can be stored; digits beyond come from a division
_ROUNDED = Decimal("1e-6")


@dataclass(frozen=True, slots=True)
class Stated:
    """One price as an answer states it at `path`: `value` for one `unit`, of what `meter` meters."""

    model: str
    path: str
    value: Json
    meter: str
    unit: Unit
    terms: Terms = STANDARD
    provider: str = ""
    is_free: bool = False


def json_rows(
    *,
    rows: str = "data",
    model: str = "id",
    prices: Mapping[str, tuple[str, Unit]],
    currency: str = "USD",
    is_free: Callable[[Row], bool] = lambda row: False,
    is_left_out: Callable[[Row], bool] = lambda row: False,
) -> Reader:
    """A reader of a list of objects.

    `rows` is the key of the list, which may also be the answer itself or lie one level down. `prices` maps a
    dotted path within a row to the meter and to the unit in which the API states it. A negative price means
    that it varies: none. Zero is a price only where `is_free` says so. ReadError where the list is not there.
    """

    def read(page: Page) -> Reading:
        rows_there = [row for row in rows_of(answer_of(page), rows) if not is_left_out(row)]
        return reading_of(
            (
                Stated(str(row.get(model) or ""), path, _at(row, path), meter, unit, is_free=is_free(row))
                for row in rows_there
                for path, (meter, unit) in prices.items()
            ),
            currency,
        )

    return read


def reading_of(rows: Iterable[Stated | Refused], currency: str = "USD") -> Reading:
    """The offers that prices so stated make, and what of them cannot be read exactly."""
    return settled(
        found for one in rows for found in ((one,) if isinstance(one, Refused) else _offer(one, currency))
    )


def answer_of(page: Page) -> Json:
    """The JSON that a page is. Raises ReadError where it is cut off, or something else."""
    text = page.text.strip().lstrip("\ufeff")
    if not text or text[0] not in "{[":
        refuse_wrong_page(replace(page, media_type="text/plain"))  # by its first words, not by its label
        raise ReadError("unexpected_page", f"{page.url} answered with something else than JSON")
    try:
        return loads(text)
    except ReadError as fault:
        cut = text[-1] not in "}]"
        raise ReadError("incomplete_page" if cut else "parse_error", fault.words) from fault


def rows_of(answer: Json, key: str) -> list[Row]:
    """The objects of the list `key` of an answer, or one level down in an answer wrapped in another."""
    lists = [answer] if isinstance(answer, list) else [place.get(key) for place in places(answer)]
    found = next((one for one in lists if isinstance(one, list)), None)
    if found is None:
        raise ReadError("unexpected_page", f"JSON without a list {key!r}: {_shape(answer)}")
    return objects_of(found)


def places(answer: Json) -> list[Row]:
    """Where an answer's list may lie: it is the answer, or a key of another that wraps it."""
    inner = answer.values() if isinstance(answer, dict) else ()
    return [place for place in (answer, *inner) if isinstance(place, dict)]


def _shape(answer: Json) -> str:
    return (
        f"an object of {', '.join(map(str, answer))[:80]}"
        if isinstance(answer, dict)
        else type(answer).__name__
    )


def _offer(one: Stated, currency: str) -> Iterator[Offer | Refused]:
    label = f"{one.model} {one.path} {one.value}"
    try:
        amount = _amount(one.value)
        if amount is None or amount < 0:
            return
        if amount == 0 and (not one.is_free or one.meter not in _CHARGED):
            if one.meter in _CHARGED:
                yield Refused(label, "zero, and nothing says that it is free")
            return
        if not one.model:
            raise PriceError("a row without a model")
        price = exactly(amount, one.meter, one.unit, currency)
        yield Offer(one.model, one.meter, price, currency, one.terms, label, one.provider)
    except PriceError as why:
        yield Refused(label, str(why))


def _at(row: Row, path: str) -> Any:
    value: Any = row
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _amount(stated: Any) -> Decimal | None:
    """A number as the answer states it, bare or as a string; None where it states none. Raises PriceError."""
    if stated is None or stated == "":
        return None
    text = str(stated) if isinstance(stated, str | Decimal) else ""
    if not _NUMBER.fullmatch(text):
        raise PriceError("not a plain number")
    return Decimal(text)


def exactly(amount: Decimal, meter: str, unit: Unit, currency: str) -> Decimal:
    """The price of one unit of the meter, to the last digit that a price list means. Raises PriceError.

    More than ten decimals are the trace of a division ("0.0833333333333333"), which changes from day to day:
    such a price is rounded to a millionth.
    """
    price = per_meter(Price(amount, currency, unit), meter)
    return price if price == price.quantize(_FINEST) else plain(price.quantize(_ROUNDED))
