"""An offer file of AWS' price list: products and terms joined by SKU, read by the words of their usage."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from scrapers.json_rows import answer_of
from scrapers.meters import MILLION, Unit, of_kind, units_in
from scrapers.money import Price, PriceError, per_meter
from scrapers.page import Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.settled import settled, whole
from scrapers.source import Reader

Fields = dict[str, Any]

_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,20})?", re.A)
_UNIT = re.compile(r"(?P<scale>1K|1M)?\s*tokens?", re.I)
_SCALES = {"": 1, "1k": 1000, "1m": MILLION}
# "AWS Marketplace software usage|us-east-1|Million Input Tokens Global": the unit is "Units" there.
_MILLIONS = re.compile(r"\|\s*(?:1\s*)?million\b|\bper million\b", re.I)
_ZERO = re.compile(r"\$0(?:\.0+)? per\b")
_MARKETPLACE = re.compile(r"\A.*\bMP:[A-Z0-9]+_")
_METERED = re.compile(
    r"(?:(?:text|image|video|audio|speech|prompt)[-_ ])*(?:cached?|input|output)[-_ ].*", re.I | re.S
)
_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+[a-z]*|[A-Z]")
_LEFT_OUT = re.compile(r"custom|provision|reserved|\btpm\b|training|model ?unit|\brft\b|distill", re.I)
_TIERS = {"batch", "flex", "priority"}
_KINDS = {"audio": "audio", "speech": "audio", "image": "image", "video": "video"}
_HOUR = {"1h", "1hr", "1hour", "hour"}
_KNOWN = {
    *(
        "input",
        "output",
        "response",
        "prompt",
        "cache",
        "cached",
        "read",
        "write",
        "token",
        "tokens",
        "count",
    ),
    *("text", "standard", "mantle", "cross", "region", "regional", "geo", "cris", "in", "5m", "5min", "1"),
    *("global", "latency", "optimized", "long", "context", "lctx", "l", "ctx"),
    *("units", "million", "on", "demand", "inference", *_KINDS, *_TIERS, *_HOUR),
}


def model_of(fields: Fields) -> str:
    """The model that a product is for; "" for what is none (guardrails, agents, storage)."""
    edition = re.fullmatch(r"(.+?)\s*\(Amazon Bedrock Edition\)", str(fields.get("servicename") or ""))
    return str(fields.get("model") or fields.get("titanModel") or (edition[1] if edition else "")).strip()


def price_list(offer_codes: tuple[str, ...], named: Callable[[Fields], str] = model_of) -> Reader:
    """A reader of the offer file of one region, in which every price is of that region or "global".

    Customised models, provisioned and reserved throughput, and what is not priced per token are left out.
    ReadError where the file is of another offer or has no tokens of input or of output.
    """

    def read(page: Page) -> Reading:
        products, terms, published = _halves(answer_of(page), offer_codes)
        found = (
            one
            for sku, product in products.items()
            for one in _product(product.get("attributes") or {}, terms.get(sku), named, published)
        )
        return whole(settled(found), page)

    return read


def _halves(answer: Any, offer_codes: tuple[str, ...]) -> tuple[Fields, Fields, str]:
    if not isinstance(answer, dict) or answer.get("offerCode") not in offer_codes:
        raise ReadError("unexpected_page", f"no offer file of {' or '.join(offer_codes)}")
    products, terms = answer.get("products"), (answer.get("terms") or {}).get("OnDemand")
    if not isinstance(products, dict) or not isinstance(terms, dict) or not products:
        raise ReadError("no_table", "an offer file without products or without terms on demand")
    return products, terms, str(answer.get("publicationDate") or "")[:10]


def _product(
    fields: Fields, terms: Any, named: Callable[[Fields], str], published: str
) -> Iterator[Offer | Refused]:
    model, usage = named(fields), str(fields.get("usagetype") or "")
    said = str(fields.get("inferenceType") or "")
    feature = str(fields.get("feature") or "")
    if not model or not isinstance(terms, dict) or _LEFT_OUT.search(f"{usage} {said} {feature}"):
        return
    try:
        meter = _meter(said, usage)
        if meter is None:
            return
        price, day = _price(terms, meter)
        where = _terms(f"{said} {_metered(usage)}", fields)
        if published and day > published:
            where = replace(where, effective_from=day)
        yield Offer(model, meter, price[0], price[1], where, f"{model} | {usage} | {price[2]}")
    except PriceError as why:
        yield Refused(f"{model} | {usage} | {said}", str(why))


def _metered(usage: str) -> str:
    """Of a usage type what follows its region and model: "-input-tokens-flex", "InputTokenCount_Global"."""
    if _MARKETPLACE.match(usage):
        return _MARKETPLACE.sub("", usage)
    found = _METERED.search(usage)
    return found[0] if found else ""


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _meter(said: str, usage: str) -> str | None:
    """What is metered, by both the inference type and the usage type; None where it is no token."""
    found = {meter for text in (said, _metered(usage)) if (meter := _meter_of(_words(text)))}
    if len(found) > 1:
        raise PriceError(f"the usage says {' and '.join(sorted(found))}")
    return found.pop() if found else None


def _meter_of(words: set[str]) -> str | None:
    if not words & {"token", "tokens"}:
        return None
    is_out = bool(words & {"output", "response"})
    if words & {"cache", "cached"}:
        stem = "cache_write" if "write" in words else "cache_read"
        meter = f"{stem}_1h_mtok" if stem == "cache_write" and words & _HOUR else f"{stem}_mtok"
    elif is_out == ("input" in words):
        return None
    else:
        meter = "output_mtok" if is_out else "input_mtok"
    kinds = {_KINDS[word] for word in words if word in _KINDS}
    if len(kinds) > 1:
        raise PriceError(f"tokens of {' and '.join(sorted(kinds))}")
    return of_kind(meter, kinds.pop()) if kinds and "text" not in words else meter


def _terms(text: str, fields: Fields) -> Terms:
    """Tier, context and region. Raises PriceError at a word that is not known: it may say another tier."""
    words = _words(text)
    if unknown := words - _KNOWN:
        raise PriceError(f"{sorted(unknown)[0]!r} in a usage")
    tiers = words & _TIERS
    stated = str(fields.get("service_tier") or fields.get("serviceTier") or "standard").casefold()
    if stated not in ("standard", "default", "on-demand"):
        tiers.add(stated)
    if "batch" in str(fields.get("feature") or "").casefold():
        tiers.add("batch")
    if "latency" in words:
        tiers.add("latency-optimized")
    if len(tiers) > 1:
        raise PriceError(f"the tiers {' and '.join(sorted(tiers))} at once")
    is_long = {"long", "context"} <= words or bool(words & {"lctx", "ctx"})
    region = "global" if "global" in words else str(fields.get("regionCode") or "")
    return Terms(tier=next(iter(tiers), ""), context="long" if is_long else "", region=region)


def _price(terms: Fields, meter: str) -> tuple[tuple[Decimal, str, str], str]:
    """(price, currency, text) and the day from which it holds; raises PriceError where there are several."""
    found = {_dimension(one, meter): str(term.get("effectiveDate") or "")[:10] for term, one in _each(terms)}
    if len(found) != 1:
        raise PriceError(f"{len(found)} prices for one product")
    return next(iter(found.items()))


def _each(terms: Fields) -> Iterator[tuple[Fields, Fields]]:
    for term in terms.values():
        for one in (term.get("priceDimensions") or {}).values():
            yield term, one


def _dimension(one: Fields, meter: str) -> tuple[Decimal, str, str]:
    if str(one.get("beginRange") or "0") != "0" or str(one.get("endRange") or "Inf") != "Inf":
        raise PriceError("a price by volume")
    prices, text = one.get("pricePerUnit") or {}, str(one.get("description") or "")
    if len(prices) != 1:
        raise PriceError(f"a price in {len(prices)} currencies")
    currency, stated = next(iter(prices.items()))
    if not _NUMBER.fullmatch(str(stated)):
        raise PriceError(f"{str(stated)[:30]!r} is no plain number")
    amount = Decimal(str(stated))
    if not amount and (meter in ("input_mtok", "output_mtok") or not _ZERO.search(text)):
        raise PriceError("zero, and nothing says that it is free")
    unit = _unit(str(one.get("unit") or ""), text)
    _refuse_other_side(meter, text)
    return (
        per_meter(Price(amount, currency, unit), meter),
        currency,
        text or f"{stated} per {one.get('unit')}",
    )


def _unit(printed: str, text: str) -> Unit:
    """The unit of a price, which its description must not contradict."""
    told = _UNIT.fullmatch(printed.strip())
    if told:
        unit = Unit("token", _SCALES[(told["scale"] or "").lower()])
    elif printed == "Units" and _MILLIONS.search(text):
        unit = Unit("token", MILLION)
    else:
        raise PriceError(f"a price per {printed[:30]!r}")
    others = {other.count for other in units_in(text) if other.thing in ("", "token")}
    if others - {unit.count}:
        raise PriceError("the description names another unit")
    return unit


def _refuse_other_side(meter: str, text: str) -> None:
    words = _words(text)
    sides = {"input"} & words, {"output", "response"} & words
    if (meter.startswith("output") and sides[0] and not sides[1]) or (
        meter.startswith("input") and sides[1] and not sides[0]
    ):
        raise PriceError("the description names the other side")
