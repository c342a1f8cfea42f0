"""Le Chat's plans in dollars and euros, from the JSON in the scripts of Mistral's page of prices.

The rendered page rolls its digits and shows one currency. Not read on purpose: the price for students.
"""

import re
from collections.abc import Iterator

from scrapers.page import Offer, Page, ReadError, Reading, Refused
from scrapers.payload import Json, flight, objects
from scrapers.settled import settled
from scrapers.source import Source
from scrapers.subscriptions.cards import plan_offers
from scrapers.subscriptions.names import PlanNames
from scrapers.wrong_page import refuse_wrong_page

NAMES = PlanNames(("Free", "Pro", "Team", "Enterprise", "Student"), ("Le Chat",), ("Free",), {})


def read(page: Page) -> Reading:
    """Every plan of the payload: its title, its prices and what they are per ("/user/mo*")."""
    refuse_wrong_page(page)
    reading = settled(
        one for row in objects(flight(page.text), "title", "price_dollar", "unit") for one in _plan(row)
    )
    if not reading.offers:
        raise ReadError("no_table", f"no plans in the scripts of {page.url}")
    return reading


def _plan(row: dict[str, Json]) -> Iterator[Offer | Refused]:
    title = str(row["title"])
    if not (plan := NAMES.title(title, heading=True)):
        return
    note = re.sub(r"<[^>]+>", " ", str(row.get("conditions") or ""))
    for key in ("price_dollar", "price_euro"):
        stated = f"{row.get(key) or ''} {row.get('unit') or ''}\n{note}"
        yield from plan_offers(plan, title, stated, NAMES)


SOURCE = Source(
    url="https://mistral.ai/pricing",
    provider="mistral",
    reader=read,
    anchors=("Le Chat Pro", "Le Chat Team"),
    least=4,
    via="payload",
)
