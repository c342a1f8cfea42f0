"""Which of a model's prices a workload pays, and what is to be known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from decimal import Decimal

from scrapers.page import Terms
from tracker.domain import wording
from tracker.domain.figures import CURRENCY, place_of
from tracker.domain.in_force import is_stale, plain_terms
from tracker.domain.model import Basis, Series
from tracker.domain.offers import Offered
from tracker.domain.settings import Workload
from tracker.domain.spans import Span
from tracker.domain.witnesses import fold

_MOST_NAMED = 3  # kinds of terms


def listed(workload: Workload, found: Iterable[Offered]) -> list[Offered]:
    """The offers of the workload's own provider and model, on any terms and in any currency."""
    place = place_of(workload.model)
    return [o for o in found if o.place == place]


def paid_in(workload: Workload, own: Sequence[Offered]) -> str:
    """The currency that it pays: as it says, else US dollars, else the first there is, if any."""
    if workload.currency:
        return workload.currency.upper()
    there = sorted({o.currency for o in own})
    return CURRENCY if CURRENCY in there else next(iter(there), "")


def paid(workload: Workload, own: Iterable[Offered], currency: str) -> Offered | None:
    """The offer that it pays, of those of its model."""
    return next((o for o in own if o.currency == currency and _same(o.terms, workload.terms)), None)


def pays(workload: Workload, series: Series, currency: str) -> bool:
    """Whether a line of a price list is one that the workload pays; an empty `currency` is any."""
    return (
        (series.provider, fold(series.model)) == place_of(workload.model)
        and series.meter in workload.monthly
        and currency in ("", series.currency)
        and _same(series.terms, workload.terms)
    )


def prices_of(offer: Offered | None) -> dict[str, Decimal]:
    """An offer's prices by meter."""
    return {meter: span.price for meter, span in offer.prices.items()} if offer else {}


def notes(
    workload: Workload,
    own: Sequence[Offered],
    currency: str,
    *,
    near: Sequence[str] = (),
    is_known: bool = True,
    at: datetime,
) -> Iterator[str]:
    """What is missing and why, and what else holds for such a workload, a sentence each.

    `near` are models of a like name; `is_known` that the model had a price at some time; `at` the moment
    of the bill.
    """
    name = wording.harmless(workload.model)
    if not own:
        if is_known:
            yield f"no price of {name} is recorded for {at.astimezone(UTC):%Y-%m-%d}"
        else:
            meant = f"; did you mean {' or '.join(wording.harmless(n) for n in near)}?" if near else ""
            yield f"no price of {name} is recorded{meant}"
        return
    now = paid(workload, own, currency)
    prices = now.prices if now else {}
    for meter in workload.monthly:
        if meter not in prices:
            yield f"no price for {meter}{_elsewhere(meter, own, currency)}"
    yield from _other_currencies(workload, own, currency)
    yield from _other_hours(workload, own, currency)
    yield from _circumstances({m: s for m, s in prices.items() if m in workload.monthly}, at)


def _elsewhere(meter: str, own: Sequence[Offered], currency: str) -> str:
    """Where the model does have a price for a meter: on other terms, or in another currency."""
    having = [o for o in own if meter in o.prices]
    here = [o for o in having if o.currency == currency]
    if here:
        terms = sorted(_terms(o.terms) for o in here)
        more = f"; and {len(terms) - _MOST_NAMED} more" if len(terms) > _MOST_NAMED else ""
        return f"; there is one only for: {'; '.join(terms[:_MOST_NAMED])}{more}"
    currencies = sorted({o.currency for o in having})
    return f"; there is one only in {' and '.join(currencies)}" if currencies else ""


def _other_currencies(workload: Workload, own: Sequence[Offered], currency: str) -> Iterator[str]:
    others = sorted({o.currency for o in own} - {currency})
    if others and not workload.currency:
        yield f"it is sold in {' and '.join(others)} too: `currency` of the workload says which one is paid"


def _other_hours(workload: Workload, own: Sequence[Offered], currency: str) -> Iterator[str]:
    """Prices of hours of the day: a month that runs through them costs more, or less."""
    if workload.terms.window:
        return
    rest = plain_terms(workload.terms)
    hours = {
        o.terms.window
        for o in own
        if o.terms.window
        and o.currency == currency
        and (o.terms.tier, o.terms.context, o.terms.region) == (rest.tier, rest.context, rest.region)
        and set(o.prices) & set(workload.monthly)
    }
    if hours:
        named = ", ".join(wording.harmless(h, 60) for h in sorted(hours))
        yield f"other prices hold at other hours ({named})"


def _circumstances(prices: Mapping[str, Span], at: datetime) -> Iterator[str]:
    told: dict[str, list[str]] = {}
    for meter, span in prices.items():
        if span.promo_until:
            told.setdefault(f"a promotion until {wording.harmless(span.promo_until, 20)}", []).append(meter)
        if span.basis is Basis.catalogue:
            told.setdefault("by a catalogue", []).append(meter)
        if span.basis is Basis.documented:
            since = f" by {(span.recorded_at or at).astimezone(UTC):%Y-%m-%d}, and seen by no look since"
            told.setdefault(f"as documented{since if is_stale(span, at) else ''}", []).append(meter)
    for words, meters in told.items():
        yield f"{', '.join(meters)}: {words}"


def _terms(terms: Terms) -> str:
    return wording.terms_words(terms) or "standard terms"


def _same(one: Terms, other: Terms) -> bool:
    folded = ([word.casefold() for word in astuple(plain_terms(t))] for t in (one, other))
    return next(folded) == next(folded)
