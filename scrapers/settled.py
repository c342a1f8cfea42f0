"""What a page says of one thing, said once: repeats are one, contradictions are refused."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers.page import Offer, Reading, Refused

CONFLICT = "the page states another price for the same"


def settled(found: Iterable[Offer | Refused]) -> Reading:
    """The offers in the page's order; two prices for the same model, meter and terms are both refused."""
    offers: dict[object, list[Offer]] = {}
    refused: dict[Refused, None] = {}
    for one in found:
        if isinstance(one, Refused):
            refused[one] = None
        else:
            offers.setdefault((one.model.casefold(), one.meter, one.currency, one.terms), []).append(one)
    clear: list[Offer] = []
    for same in offers.values():
        if len({offer.price for offer in same}) == 1:
            clear.append(same[0])
        else:
            refused |= {Refused(offer.label, CONFLICT): None for offer in same}
    return Reading(tuple(clear), refused=tuple(refused))
