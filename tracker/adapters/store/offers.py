"""What workloads pay at a moment, what moves did to that, and who sells the same model for less."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import Connection, select

from scrapers.page import STANDARD
from tracker.adapters import facts
from tracker.adapters.store.prices import models_before
from tracker.adapters.store.questions import nearest_models
from tracker.adapters.store.spans import spans_of
from tracker.adapters.store.tables import sources
from tracker.domain.bill import Bill, bill_of
from tracker.domain.days import END_OF_TIME
from tracker.domain.figures import place_of, split_name
from tracker.domain.in_force import plain_terms
from tracker.domain.model import Basis, Move
from tracker.domain.offers import BLENDED, Offered, blend, cheaper, cheapest_blend, offers
from tracker.domain.paying import listed, notes, paid, paid_in, pays, prices_of
from tracker.domain.same_model import SameModel, same_model
from tracker.domain.settings import Workload
from tracker.domain.spans import Span
from tracker.domain.witnesses import fold


@dataclass(frozen=True, slots=True)
class Billed:
    """A workload's bill, and the offers of the same model at which it would be less."""

    bill: Bill
    cheaper: tuple[Offered, ...] = ()


def bills(
    connection: Connection,
    workloads: Sequence[Workload],
    at: datetime,
    known_at: datetime,
    since: datetime | None = None,
) -> list[Billed]:
    """Each workload's bill at a moment, as recorded by another; `since` is the moment of the bill before."""
    same = {w.model: _same(*split_name(w.model), at) for w in workloads}
    moments = [at] if since is None else [since, at]
    spans = _spans(connection, same.values(), moments, known_at)
    now, then = offers(spans, at), offers(spans, since) if since else []
    return [_billed(connection, w, same[w.model], now, then, at, known_at, since) for w in workloads]


def _billed(
    connection: Connection,
    workload: Workload,
    same: SameModel,
    now: list[Offered],
    then: list[Offered],
    at: datetime,
    known_at: datetime,
    since: datetime | None,
) -> Billed:
    own, earlier = listed(workload, now), listed(workload, then)
    currency = paid_in(workload, own or earlier)
    is_known = bool(own) or bool(spans_of(connection, known_at, models=[workload.model]))
    said = notes(
        workload,
        own,
        currency,
        near=[] if is_known else _near(connection, workload.model, known_at),
        is_known=is_known,
        at=at,
    )
    before = prices_of(paid(workload, earlier, currency)) if since else None
    bill = bill_of(workload, currency, prices_of(paid(workload, own, currency)), before, said)
    if bill.after is None:
        return Billed(bill)
    mine = bill.provider.casefold(), plain_terms(workload.terms), currency
    return Billed(bill, tuple(cheaper(now, same, mine, workload.monthly, bill.after, at)))


def bills_of(
    connection: Connection, workloads: Sequence[Workload], moves: Iterable[Move], at: datetime
) -> list[Bill]:
    """The bills that these moves change, in the order of the workloads; before is as it was before them.

    A move that was told by a lesser source than the one that the bill goes by changes nothing.
    """
    places = {place_of(w.model) for w in workloads}
    relevant: dict[tuple[str, str], list[Move]] = {}
    for move in moves:
        place = move.series.provider, fold(move.series.model)
        if place in places:
            relevant.setdefault(place, []).append(move)
    touched = [w for w in workloads if place_of(w.model) in relevant]
    if not touched:
        return []
    models = sorted({w.model for w in touched})
    found = offers(spans_of(connection, END_OF_TIME, models=models, at=[at]), at)
    own = ((w, listed(w, found), relevant[place_of(w.model)]) for w in touched)
    return [bill for w, listing, those in own if (bill := _moved(w, listing, those, at))]


def _moved(workload: Workload, own: list[Offered], moves: Iterable[Move], at: datetime) -> Bill | None:
    currency = paid_in(workload, own)
    offer = paid(workload, own, currency)
    now = offer.prices if offer else {}
    before, after = prices_of(offer), prices_of(offer)
    for move in sorted(moves, key=lambda m: (m.at, m.recorded_at, m.id), reverse=True):
        meter = move.series.meter
        if pays(workload, move.series, currency) and _is_of(move, now.get(meter)):
            currency = currency or move.series.currency
            after.setdefault(meter, move.after)
            before[meter] = move.before
    if before == after:
        return None
    return bill_of(workload, currency, after, before, notes(workload, own, currency, at=at))


def _is_of(move: Move, price: Span | None) -> bool:
    """Whether a move is one of the price that is paid, as far as its source or its figure tells."""
    return price is None or price.price == move.after or price.source == move.source


def cheapest(connection: Connection, move: Move, at: datetime) -> Offered | None:
    """Who else asks least for a moved model, on standard terms by three parts of input and one of output.

    It is dearer where nobody is cheaper; None where nobody else is known, or the move is on other terms.
    """
    line = move.series
    if plain_terms(line.terms) != STANDARD or line.meter == "seat_month":
        return None
    same = _same(line.provider, line.model, at)
    spans = _spans(connection, [same], [at], END_OF_TIME, standard=True, meters=BLENDED)
    found = offers(spans, at)
    place = line.provider, fold(line.model)
    own = next((o for o in found if o.place == place and o.currency == line.currency), None)
    prices = prices_of(own) | {line.meter: move.after}
    if not set(BLENDED) <= set(prices):
        return None
    than = blend(*(prices[meter] for meter in BLENDED))
    offered = cheapest_blend(found, same, (line.provider, STANDARD, line.currency), than, at)
    return replace(offered, seen=_seen(connection, offered, at)) if offered else None


def _same(provider: str, model: str, at: datetime) -> SameModel:
    return same_model(provider, model, facts.open_models(), at.date())


def _spans(
    connection: Connection,
    same: Iterable[SameModel],
    moments: Collection[datetime],
    known_at: datetime,
    *,
    standard: bool = False,
    meters: Collection[str] = (),
) -> list[Span]:
    models = sorted({name for one in same for name in one.listed_as if name})
    if not models:
        return []
    return spans_of(connection, known_at, models=models, at=moments, standard=standard, meters=meters)


def _seen(connection: Connection, offered: Offered, at: datetime) -> datetime:
    """When it was last seen: by the last good look at what says so, else when it was recorded."""
    rows = connection.execute(
        select(sources.c.id, sources.c.last_well).where(sources.c.id.in_(offered.sources))
    )
    looked = {row.id: row.last_well for row in rows}
    seen = [
        (None if s.basis is Basis.documented else looked.get(s.source)) or s.recorded_at or s.valid_from
        for s in offered.prices.values()
    ]
    return min(at, *seen)


def _near(connection: Connection, name: str, known_at: datetime) -> list[str]:
    """Known models of a like name: with its words, else of its provider and alike."""
    near = nearest_models(connection, name)
    if near:
        return near
    provider, model = split_name(name)
    of_provider = models_before(connection, provider, known_at)
    return [f"{provider}/{other}" for other in get_close_matches(model.casefold(), sorted(of_provider))]
