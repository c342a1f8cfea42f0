"""What one asks for a model at a moment, and who asks less for the very same one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Context, Decimal

from scrapers.page import Terms
from tracker.domain import wording
from tracker.domain.in_force import best, in_force, is_stale, plain_terms
from tracker.domain.model import Basis
from tracker.domain.plausible import FACTOR
from tracker.domain.same_model import SameModel
from tracker.domain.spans import BEST_FIRST, Span
from tracker.domain.successors import Blend
from tracker.domain.witnesses import fold

BLENDED = ("input_mtok", "output_mtok")
EXACT = Context(prec=100)  # more digits than an amount times a price can have
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Offered:
    """A provider's prices for a model, on one kind of terms and in one currency, by meter.

    `total` is what they come to and `than` what it is held against: a month's use, or a blend. Without a
    price for what is `missing` there is no total.
    """

    provider: str
    model: str  # as printed
    terms: Terms
    currency: str
    prices: Mapping[str, Span]
    missing: tuple[str, ...] = ()
    total: Decimal | None = None
    than: Decimal | None = None
    seen: datetime | None = None  # the last look that saw it

    @property
    def place(self) -> tuple[str, str]:
        """The provider and the model's name, as names are compared."""
        return self.provider, next((fold(s.series.model) for s in self.prices.values()), "")

    @property
    def basis(self) -> Basis:
        """How the least sure of its prices is known."""
        return max((s.basis for s in self.prices.values()), key=BEST_FIRST.index, default=Basis.catalogue)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(sorted({s.source for s in self.prices.values()}))

    @property
    def promo_until(self) -> str:
        """The day on which the first promotion in it ends; empty: none."""
        return min((s.promo_until for s in self.prices.values() if s.promo_until), default="")

    @property
    def shown_terms(self) -> dict[str, str]:
        """The terms as `prices` shows them, a promotion among them."""
        promo = {"promo_until": self.promo_until} if self.promo_until else {}
        return self.terms.as_dict() | promo

    @property
    def pct(self) -> Decimal | None:
        """How far the total is from what it is held against, in per cent, two decimals."""
        return pct_of(self.than, self.total)


def pct_of(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    """Change in per cent of `before`, two decimals; None where one is unknown, or from nothing."""
    if not before or after is None:
        return None
    return ((after - before) / before * 100).quantize(CENT, context=EXACT)


def offers(spans: Iterable[Span], at: datetime) -> list[Offered]:
    """The prices in force: an offer for each provider, spelling of a model, kind of terms and currency."""
    lines: dict[tuple[str, str, Terms, str], dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for span in in_force(spans, at):
        s = span.series
        lines[s.provider, fold(s.model), plain_terms(s.terms), s.currency][s.meter].append(span)
    found = []
    for (provider, _, terms, currency), meters in lines.items():
        prices = {meter: price for meter, held in meters.items() if (price := best(held, at))}
        printed = next(iter(prices.values()))
        found.append(Offered(provider, printed.model or printed.series.model, terms, currency, prices))
    return found


def cost(prices: Mapping[str, Span], monthly: Mapping[str, Decimal]) -> tuple[Decimal, tuple[str, ...]]:
    """What the priced part of a month's use comes to, exactly, and the meters that have no price."""
    total = Decimal(0)
    for meter, amount in monthly.items():
        if meter in prices:
            total = EXACT.add(total, EXACT.multiply(amount, prices[meter].price))
    return total, tuple(meter for meter in monthly if meter not in prices)


def cheaper(
    found: Iterable[Offered],
    model: SameModel,
    own: tuple[str, Terms, str],
    monthly: Mapping[str, Decimal],
    than: Decimal,
    at: datetime,
) -> list[Offered]:
    """The offers of the same model at which a month's use costs less than `than`, the cheapest first.

    `own` are the provider, terms and currency that are paid now. Last come those that lack a price, of
    neither input nor output, and cost less without it: they have no total. What is free is a trial, no offer.
    """
    whole: dict[tuple[str, Terms], Offered] = {}
    for offer in _others(found, model, own, at):
        priced = {meter: offer.prices[meter] for meter in monthly if meter in offer.prices}
        partly, missing = cost(priced, monthly)
        if not partly or set(missing) & set(BLENDED):
            continue
        total = None if missing else partly
        one = replace(offer, prices=priced, missing=missing, total=total, than=than)
        if is_credible(one, partly, than):
            _keep_surest(whole, one)
    less = [o for o in whole.values() if cost(o.prices, monthly)[0] < than]
    return sorted(less, key=_cheapest_first)


def cheapest_blend(
    found: Iterable[Offered], model: SameModel, own: tuple[str, Terms, str], than: Decimal, at: datetime
) -> Offered | None:
    """Who else asks least for the model on the same terms, by three parts of input and one of output."""
    whole: dict[tuple[str, Terms], Offered] = {}
    for offer in _others(found, model, own, at):
        if offer.terms != own[1] or not set(BLENDED) <= set(offer.prices):
            continue
        prices = {meter: offer.prices[meter] for meter in BLENDED}
        total = blend(*(s.price for s in prices.values()))
        one = replace(offer, prices=prices, total=total, than=than)
        if total and is_credible(one, total, than):
            _keep_surest(whole, one)
    return min(whole.values(), key=_cheapest_first, default=None)


def blend(price_in: Decimal, price_out: Decimal) -> Decimal:
    """One price per million tokens, three of input and one of output."""
    return Blend().of(price_in, price_out)


def is_credible(offer: Offered, total: Decimal, than: Decimal) -> bool:
    """A catalogue that says ten times less than what is paid has slipped in the unit more often than not."""
    return offer.basis is not Basis.catalogue or total * FACTOR > than


def offer_line(offered: Offered) -> str:
    """The cheapest comparable offer in words; that nobody is cheaper, where it is not."""
    price_in, price_out = (wording.money(offered.prices[m].price, offered.currency) for m in BLENDED)
    total, than = offered.total or Decimal(0), offered.than or Decimal(0)
    begins = "cheapest comparable:" if total < than else "nobody comparable is cheaper; the next is"
    change = "the same" if total == than else wording.percent(than, total)
    said = [
        f"{begins} {wording.provider_name(offered.provider)} at {price_in} in, {price_out} out per 1M tokens"
        f" ({change} by a 3:1 blend)"
    ]
    return ", ".join([*said, *circumstances(offered)])


def circumstances(offered: Offered) -> Iterator[str]:
    """What is to be known beside the price: until when, who says so, when it was seen."""
    if offered.promo_until:
        yield f"promotion until {wording.harmless(offered.promo_until, 20)}"
    if offered.basis is Basis.catalogue:
        yield "by a catalogue"
    if offered.basis is Basis.documented:
        yield "as documented"
    if offered.seen:
        yield f"seen {offered.seen.astimezone(UTC):%Y-%m-%d}"


def other_terms(found: Iterable[Offered], meter: str) -> list[Terms]:
    """On which terms a meter has a price, in the order of their words."""
    terms = {o.terms for o in found if meter in o.prices}
    return sorted(terms, key=wording.terms_words)


def _others(
    found: Iterable[Offered], model: SameModel, own: tuple[str, Terms, str], at: datetime
) -> Iterator[Offered]:
    provider, terms, currency = own
    for offer in found:
        fresh = {meter: s for meter, s in offer.prices.items() if not is_stale(s, at)}
        if offer.currency != currency or (offer.provider, offer.terms) == (provider, terms) or not fresh:
            continue
        if all(model.has(s.series) for s in fresh.values()):
            yield replace(offer, prices=fresh)


def _keep_surest(kept: dict[tuple[str, Terms], Offered], one: Offered) -> None:
    """Of one provider's several spellings of a model, the one that says most and is known best."""
    place = one.provider, one.terms
    if place not in kept or _surest_first(one) < _surest_first(kept[place]):
        kept[place] = one


def _surest_first(one: Offered) -> tuple[int, int, float]:
    recorded = max((s.recorded_at.timestamp() for s in one.prices.values() if s.recorded_at), default=0.0)
    return len(one.missing), BEST_FIRST.index(one.basis), -recorded


def _cheapest_first(one: Offered) -> tuple[object, ...]:
    total = one.total if one.total is not None else Decimal("Infinity")
    return total, BEST_FIRST.index(one.basis), one.provider, wording.terms_words(one.terms)
