"""Azure's retail prices: what the name of a meter ("gpt 4o 0806 cached Inp glbl Tokens") says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import quote

from scrapers.json_rows import Row, answer_of, rows_of
from scrapers.meters import MILLION, Unit
from scrapers.money import Price, PriceError, per_meter
from scrapers.page import Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.settled import settled, whole

REGION = "eastus2"  # where every model of Azure OpenAI is sold; "global" prices are the same in all regions
_SERVICES = ("Foundry Models", "Cognitive Services", "Azure OpenAI")
_UNIT = re.compile(r"1\s?(?P<scale>[KM])(?:\s+tokens?)?", re.I)
_SCALES = {"k": 1000, "m": MILLION}

_SIDES = {
    **dict.fromkeys(("inp", "inpt", "input"), "input"),
    **dict.fromkeys(("outp", "outpt", "output", "opt", "out", "otpt"), "output"),
}
_CACHED = {"cached", "cchd", "cch", "cd", "chd"}
_WRITES = {"write", "wr", "wrt"}
_ZONES = {
    **dict.fromkeys(("glbl", "gl", "global"), "global"),
    **dict.fromkeys(("regnl", "rgnl", "regional"), "regional"),
    **dict.fromkeys(("dz", "dzn", "dzone", "datazone"), "data zone"),
}
_TIERS = {
    "batch": "batch",
    "flex": "flex",
    **dict.fromkeys(("pp", "priority"), "priority"),
    **dict.fromkeys(("std", "standard"), ""),
}
_LENGTHS = {"longco": "long", "shortco": ""}
_SILENT = {"tokens", "token", "preview", "1m", "1k"}
_QUALIFIERS = {*_SIDES, *_CACHED, *_WRITES, *_ZONES, *_TIERS, *_LENGTHS, *_SILENT}
# Fine-tuning, hosting, throughput by the hour; and models of several kinds of tokens, whose meters' names do
# not say plainly which kind they are for.
_LEFT_OUT = {
    *(
        "ft",
        "finetuned",
        "finetune",
        "rft",
        "dev",
        "hosting",
        "hosted",
        "training",
        "train",
        "grdr",
        "grader",
    ),
    *("prov", "provisioned", "ptu", "mngd", "managed", "unit", "session", "router"),
    *("aud", "audio", "rt", "realtime", "trcb", "trscb", "transcribe", "tts", "whisper", "img", "image"),
    *("txt", "text-to-speech", "vision", "video", "speech", "sora", "dall", "diarize"),
}


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter's name taken apart; `zone` is global, regional, "data zone" or not said."""

    model: str
    meter: str
    zone: str
    terms: Terms
    scale: str  # "1m" or "1k" where the name says it


def meter_named(name: str, product: str) -> Meter | None:
    """What a meter's name says; None where it is left out. Raises PriceError at a word that is not known."""
    words = _words(name)
    if set(words) & _LEFT_OUT:
        return None
    first = next((at for at, word in enumerate(words) if word in _QUALIFIERS), len(words))
    model, said = words[:first], words[first:]
    if unknown := [word for word in said if word not in _QUALIFIERS]:
        raise PriceError(f"{unknown[0]!r} in a meter's name")
    if not model:
        raise PriceError("a meter without a model")
    if "gpt" in product.casefold() and model[0][0].isdigit():
        model = ["gpt", *model]
    return Meter(
        model="-".join(model),
        meter=_meter(said, is_embedding="embedding" in model),
        zone=_one(_ZONES, said, "zones"),
        terms=Terms(tier=_one(_TIERS, said, "tiers"), context=_one(_LENGTHS, said, "lengths of context")),
        scale=next((word for word in said if word in ("1m", "1k")), ""),
    )


def _words(name: str) -> list[str]:
    """The words of a name in lower case; "BatchOutp", "Data Zone" and "mini0718" are two, one and two."""
    text = re.sub(r"\bdata[ -]?zone\b", "datazone", name.casefold())
    text = re.sub(r"\bbatch(?=(?:inp|outp)t?\b)", "batch ", text)
    text = re.sub(r"(?<=[a-z]{3})(?=\d{4}\b)", " ", text)
    return [word for word in re.split(r"[\s\-_/]+", text) if word]


def _meter(said: list[str], is_embedding: bool) -> str:
    sides = {_SIDES[word] for word in said if word in _SIDES} or ({"input"} if is_embedding else set())
    if len(sides) != 1:
        raise PriceError("a meter that says neither input nor output, or both")
    side = sides.pop()
    words = set(said)
    if words & _CACHED or words & _WRITES:
        if side == "output":
            raise PriceError("cached output")
        return "cache_write_mtok" if words & _WRITES else "cache_read_mtok"
    return f"{side}_mtok"


def _one(of: dict[str, str], said: list[str], what: str) -> str:
    found = {of[word] for word in said if word in of}
    if len(found) > 1:
        raise PriceError(f"several {what}")
    return found.pop() if found else ""


def address(product: str) -> str:
    """The prices of one product in REGION: it must fit one page, which holds 1000 meters."""
    wanted = (
        f"serviceName eq 'Foundry Models' and productName eq '{product}' and armRegionName eq '{REGION}'"
        " and priceType eq 'Consumption'"
    )
    return f"https://prices.azure.com/api/retail/prices?currencyCode='USD'&$filter={quote(wanted)}"


def retail_prices(page: Page) -> Reading:
    """The meters of tokens in an answer of the retail prices API; raises ReadError.

    Of several prices of one meter each is stated with the day from which it holds.
    """
    answer = answer_of(page)
    rows = [row for row in rows_of(answer, "Items") if row.get("serviceName") in _SERVICES]
    if not rows:
        raise ReadError("no_table", f"no meter of {' or '.join(_SERVICES)} in {page.url}")
    reading = whole(settled(_dated([found for row in rows for found in _row(row)])), page)
    more = answer.get("NextPageLink") if isinstance(answer, dict) else None
    unread = (Refused(str(more)[:200], "more meters follow on a page that is not read"),) if more else ()
    return replace(reading, refused=(*reading.refused, *unread))


def _row(row: Row) -> Iterator[tuple[Offer, str] | Refused]:
    name, product = str(row.get("meterName") or ""), str(row.get("productName") or "")
    unit = _UNIT.fullmatch(str(row.get("unitOfMeasure") or ""))
    kind = row.get("type") or row.get("priceType") or "Consumption"
    if unit is None or kind != "Consumption" or row.get("tierMinimumUnits"):
        return
    label = f"{product} | {name} | {row.get('retailPrice')} per {row.get('unitOfMeasure')}"
    try:
        told = meter_named(name, product)
        if told is None:
            return
        offer = _offer(told, row, unit["scale"].lower(), label)
    except PriceError as why:
        yield Refused(label, str(why))
        return
    yield offer, str(row.get("effectiveStartDate") or "")[:10]


def _offer(told: Meter, row: Row, scale: str, label: str) -> Offer:
    if told.scale and told.scale != f"1{scale}":
        raise PriceError("the meter's name and its unit differ")
    stated, currency = row.get("retailPrice"), str(row.get("currencyCode") or "")
    if not isinstance(stated, Decimal) or stated < 0:
        raise PriceError("not a plain number")
    if not stated:
        raise PriceError("zero, and nothing says that it is free")
    if not currency:
        raise PriceError("no currency")
    region = str(row.get("armRegionName") or "")
    where = {"global": "global", "data zone": f"{region} data zone"}.get(told.zone, region)
    amount = per_meter(Price(stated, currency, Unit("token", _SCALES[scale])), told.meter)
    return Offer(told.model, told.meter, amount, currency, replace(told.terms, region=where), label)


def _dated(found: list[tuple[Offer, str] | Refused]) -> Iterator[Offer | Refused]:
    """Offers, with their day where one meter has several: what holds now and what is announced."""
    prices: dict[object, set[tuple[Decimal, str]]] = {}
    for one in found:
        if not isinstance(one, Refused):
            prices.setdefault(_key(one[0]), set()).add((one[0].price, one[1]))
    for one in found:
        if isinstance(one, Refused):
            yield one
            continue
        offer, day = one
        several = len({price for price, _ in prices[_key(offer)]}) > 1
        yield replace(offer, terms=replace(offer.terms, effective_from=day)) if several and day else offer


def _key(offer: Offer) -> object:
    return offer.model, offer.meter, offer.currency, offer.terms
