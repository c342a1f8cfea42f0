"""What a page of plans says of its prices for search engines: products and offers in ld+json."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.money import PriceError, plain, read_number
from scrapers.page import Offer, Refused, Terms
from scrapers.payload import Json, ld_json, objects
from scrapers.subscriptions.amounts import Amount
from scrapers.subscriptions.names import PlanNames

_UNITS = {
    "mon": "month",
    "month": "month",
    "p1m": "month",
    "ann": "year",
    "year": "year",
    "p1y": "year",
    "p12m": "year",
}


def plan_ld_json(html: str, names: PlanNames) -> Iterator[Offer | Refused]:
    """The price of every Product or Offer that is named like a plan and says of what period it is."""
    for block in ld_json(html):
        for thing in objects(block, "offers"):
            for offer in _listed(thing["offers"]):
                plan = _plan(offer.get("name"), names) or _plan(thing.get("name"), names)
                if plan and (found := _offer(plan, offer)):
                    yield found


def _plan(said: Json, names: PlanNames) -> str:
    return names.title(said, heading=True) if isinstance(said, str) else ""


def _listed(offers: Json) -> list[dict[str, Json]]:
    many = offers if isinstance(offers, list) else [offers]
    inner = [each for one in many if isinstance(one, dict) for each in _listed(one.get("offers") or [])]
    return [one for one in many if isinstance(one, dict) and "offers" not in one] + inner


def _offer(plan: str, offer: dict[str, Json]) -> Offer | Refused | None:
    stated = offer.get("priceSpecification")
    spec = (
        stated
        if isinstance(stated, dict)
        else stated[0]
        if isinstance(stated, list) and len(stated) == 1
        else {}
    )
    spec = spec if isinstance(spec, dict) else {}
    price = str(spec.get("price", offer.get("price", "")))
    currency = str(spec.get("priceCurrency") or offer.get("priceCurrency") or "")
    per = _period(spec) or _period(offer)
    label = f"ld+json {plan} {price} {currency} {per}"
    if not per or not re.fullmatch(r"[A-Z]{3}", currency) or not price:
        return None
    try:
        number = plain(read_number(price))
        if not number:
            return None
        amount = Amount(0, 0, number, currency, per, "").by_month()
    except PriceError as why:
        return Refused(label, str(why))
    return Offer(
        plan, "seat_month", amount, currency, Terms(billing="yearly" if per == "year" else ""), label
    )


def _period(spec: dict[str, Json]) -> str:
    """month or year, by a unit's code or a duration; "" where none is stated or it counts several."""
    for key in ("unitCode", "unitText", "billingDuration", "referenceQuantity"):
        said = spec.get(key)
        if isinstance(said, dict):
            many = str(said.get("value", "1"))
            said = said.get("unitCode") or said.get("unitText") if many == "1" else ""
        if unit := _UNITS.get(str(said or "").lower()):
            return unit
    return ""
