"""What a page says of one thing, said once: repeats are one, contradictions are refused."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers.page import Offer, Page, ReadError, Reading, Refused

CONFLICT = "the page states another price for the same"
APART = "the page shows a part of the row, and its scripts hold other prices"
OVERRULED = "a larger table of the page states another price for the same"


def settled(*lists: Iterable[Offer | Refused]) -> Reading:
    """The offers in the page's order. Each of `lists` is a table, or all that a page lists.

    Two prices for the same model, meter and terms in one table are both refused; of several tables the
    largest goes, then the first: what sums up, restates or advertises is smaller than the price list.
    """
    offers: dict[object, list[tuple[int, Offer]]] = {}
    refused: dict[Refused, None] = {}
    sizes: list[int] = []
    for at, those in enumerate(lists):
        sizes.append(0)
        for one in those:
            if isinstance(one, Refused):
                refused[one] = None
            else:
                offers.setdefault(what(one), []).append((at, one))
                sizes[at] += 1
    clear: list[Offer] = []
    for same in offers.values():
        at = max((at for at, _ in same), key=lambda at: (sizes[at], -at))
        main = [offer for where, offer in same if where == at]
        others = [offer for _, offer in same if offer.price != main[0].price]
        if all(offer.price == main[0].price for offer in main):
            clear.append(main[0])
            refused |= {Refused(offer.label, OVERRULED): None for offer in others}
        else:
            refused |= {Refused(offer.label, CONFLICT): None for _, offer in same}
    return Reading(tuple(clear), refused=tuple(refused))


def whole(reading: Reading, page: Page, needs: Iterable[str] = ("input_mtok", "output_mtok")) -> Reading:
    """A reading that prices every meter that is needed; ReadError("missing_column") where it does not."""
    if missing := set(needs) - {offer.meter for offer in reading.offers}:
        raise ReadError("missing_column", f"no price for {', '.join(sorted(missing))} on {page.url}")
    return reading


def with_more(shown: Reading, hidden: Reading) -> Reading:
    """What a page shows, and of what its scripts hold only what it does not show.

    A row that is not shown whole and contradicts the scripts has come apart: none of it is believed.
    """
    told = {what(offer): offer.price for offer in shown.offers}
    more = [offer for offer in hidden.offers if what(offer) not in told]
    unlike = {_row(offer) for offer in hidden.offers if told.get(what(offer), offer.price) != offer.price}
    apart = unlike & {_row(offer) for offer in more}
    kept = [offer for offer in (*shown.offers, *more) if _row(offer) not in apart]
    refused = [Refused(offer.label, APART) for offer in shown.offers if _row(offer) in apart]
    return Reading(tuple(kept), refused=(*shown.refused, *hidden.refused, *refused))


def what(offer: Offer) -> object:
    """All of an offer but its price."""
    return offer.provider, offer.model.casefold(), offer.meter, offer.currency, offer.terms


def _row(offer: Offer) -> object:
    return offer.provider, offer.model.casefold(), offer.currency, offer.terms
