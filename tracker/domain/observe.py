"""From what a page says to what was seen: prices in force today, and whether the page can be believed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from scrapers.page import Offer, ReadError, Reading, Refused
from tracker.domain.model import Observation, Series, series_of, text

DECIMALS, HIGHEST = 10, Decimal(10) ** 8  # what the store keeps exactly
MISSING_SHARE = Decimal("0.2")  # more of the page gone than this: the page is not whole
METER_SHARE = Decimal("0.05")  # a meter of fewer of the page's prices may go by itself
# After PATIENCE without a good look, so much more may be gone for every day, up to a share of MISSING_MOST.
PATIENCE, MISSING_A_DAY, MISSING_MOST = timedelta(days=2), Decimal("0.01"), Decimal("0.6")


@dataclass(frozen=True, slots=True)
class Known:
    """The price that we hold for a series: one open row of the store."""

    id: int
    series: Series
    price: Decimal
    valid_from: datetime
    promo_until: str = ""
    missing: int = 0
    missing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look saw, by series key; `unclear` are known series whose row could not be read exactly."""

    prices: Mapping[str, Observation]
    unclear: frozenset[str]
    refused: tuple[Refused, ...]


def observe(reading: Reading, provider: str, today: date, known: Mapping[str, Known]) -> Seen:
    """What is in force today, and what contradicts itself.

    A price is in force when its dates say so; of several, the one that began last. The same series
    twice with different prices and no dates to choose by is refused for that series alone.
    """
    rows: dict[Series, list[Offer]] = defaultdict(list)
    refused = list(reading.refused)
    for offer in reading.offers:
        if not can_be_kept(offer):
            refused.append(Refused(offer.label, f"{offer.model} has a price that is no amount of money"))
        else:
            rows[series_of(offer, provider)].append(offer)
    prices: dict[str, Observation] = {}
    dormant: set[str] = set()  # announced, or a promotion that is over: no word on what holds today
    for series, stated in rows.items():
        in_force = _in_force(stated, today.isoformat())
        if len({o.price for o in in_force}) > 1:
            labels = " | ".join(o.label for o in in_force)
            refused.append(Refused(labels, f"{stated[0].model} has two prices for {series.meter}"))
        elif not in_force:
            dormant.add(series.key)
        else:
            o, terms = in_force[0], in_force[0].terms
            prices[series.key] = Observation(
                series,
                o.price,
                text(o.label, 2000),
                text(o.model, 200),
                terms.promo_until,
                terms.effective_from,
            )
    if reading.offers and not prices:
        raise ReadError(
            "unexpected_page", f"none of the page's {len(reading.offers)} prices can be used today"
        )
    words = "\n".join(f"{r.label} {r.reason}" for r in refused).casefold()
    unclear = frozenset(
        key
        for key, k in known.items()
        if key not in prices and (key in dormant or (words and k.series.model in words))
    )
    return Seen(prices, unclear, tuple(refused))


def can_be_kept(offer: Offer) -> bool:
    """Whether a price is an amount that the store keeps exactly."""
    exponent = offer.price.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -DECIMALS and 0 <= offer.price < HIGHEST


def _in_force(stated: list[Offer], day: str) -> list[Offer]:
    now = [o for o in stated if (o.terms.effective_from or day) <= day <= (o.terms.promo_until or day)]
    newest = max((o.terms.effective_from for o in now), default="")
    now = [o for o in now if o.terms.effective_from == newest]
    # A promotion that is on goes before the list price that it suspends.
    return [o for o in now if o.terms.promo_until] or now


def hold_to_the_known(seen: Seen, known: Mapping[str, Known], gap: timedelta = timedelta(0)) -> None:
    """Raises ReadError if so much that we know is not on the page that the page is not whole.

    `gap` is how long ago the page was seen whole: price lists change, so more may be gone after a long time.
    """
    listed = {key: k for key, k in known.items() if not k.missing}
    absent = [k for key, k in listed.items() if key not in seen.prices]
    _refuse_another_currency(seen, absent, len(listed))
    for meter in sorted({k.series.meter for k in absent}):
        had = sum(k.series.meter == meter for k in listed.values())
        matters = had >= 2 and had >= METER_SHARE * len(listed)
        if matters and not any(o.series.meter == meter for o in seen.prices.values()):
            raise ReadError("missing_column", f"the page has no {meter} price; it had {had}")
    share = min(MISSING_SHARE + MISSING_A_DAY * max(gap - PATIENCE, timedelta(0)).days, MISSING_MOST)
    if len(absent) > share * len(listed):
        raise ReadError("incomplete_page", f"{len(absent)} of {len(listed)} known prices are not on the page")


def _refuse_another_currency(seen: Seen, absent: list[Known], listed: int) -> None:
    """Another country's page, or another currency for good: no price moved, and none is missing."""
    now: dict[object, set[str]] = defaultdict(set)
    for o in seen.prices.values():
        now[_but_currency(o.series)].add(o.series.currency)
    switched = [(k.series.currency, now[_but_currency(k.series)] - {k.series.currency}) for k in absent]
    others = [(was, *sorted(to)) for was, to in switched if to]
    if len(others) > MISSING_SHARE * listed:
        was, *to = Counter(others).most_common(1)[0][0]
        raise ReadError(
            "currency_change", f"the page states its prices in {' and '.join(to)} now, not in {was}"
        )


def _but_currency(series: Series) -> object:
    return series.provider, series.model, series.meter, series.terms
