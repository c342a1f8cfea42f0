"""What each model cost day by day, naive and cleaned: the steps that indexes are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from heapq import heappop, heappush

from scrapers.page import STANDARD
from tracker.domain.days import start_of
from tracker.domain.events import Event
from tracker.domain.model import Basis
from tracker.domain.not_steps import Key, Marks, Piece, key_of, whole_of
from tracker.domain.spans import Span
from tracker.domain.successors import Blend

INPUT, OUTPUT = METERS = ("input_mtok", "output_mtok")
RANK = {Basis.observed: 0, Basis.documented: 1, Basis.catalogue: 2}  # the best first


class Variant(StrEnum):
    """How a record is read."""

    naive = "naive"  # every recorded price as it stands, whoever said it last
    cleaned = "cleaned"  # list prices on the best basis, without the steps that are none


@dataclass(frozen=True, slots=True)
class Step:
    """The price from a day on; None: there is none. `joins`: it is the price of what had the one before."""

    day: date
    price: Decimal | None
    joins: bool = True


def model_steps(
    spans: Iterable[Span],
    events: Iterable[Event] = (),
    *,
    variant: Variant = Variant.cleaned,
    blend: Blend | None = None,
    until: date = date.max,
) -> dict[str, list[Step]]:
    """Each model's blended price in steps up to a day, in USD per million tokens, by "provider/model".

    Standard terms only; what is free has no price. A day's price is the one that held at its end. Cleaned
    tells a promotion by the list price before it, and joins no two prices across an alias swap, a
    correction, a successor under the same id, a change of basis or of catalogue.
    """
    lines: dict[Key, list[Span]] = defaultdict(list)
    for span in spans:
        if is_listed(span):
            lines[key_of(span.series)].append(span)
    marks = Marks(events) if variant is Variant.cleaned else None
    models: dict[str, dict[str, list[Step]]] = defaultdict(dict)
    for key, own in lines.items():
        provider, words, meter = key
        models[f"{provider}/{'-'.join(words)}"][meter] = (
            list(_naive_steps(own)) if marks is None else list(_cleaned_steps(key, own, marks))
        )
    both = {name: _blended(meters, blend or Blend(), until) for name, meters in models.items()}
    return {name: steps for name, steps in both.items() if steps}


def is_listed(span: Span) -> bool:
    """Whether it is a price of input or output on standard terms in US dollars."""
    s = span.series
    return s.meter in METERS and s.terms == STANDARD and s.currency == "USD"


def price_on(steps: Sequence[Step], day: date) -> Decimal | None:
    """What held at the end of a day."""
    held = [step.price for step in steps if step.day <= day]
    return held[-1] if held else None


# --- one line of a price list ---


def _naive_steps(spans: Sequence[Span]) -> Iterator[Step]:
    pieces = [whole_of(span) for span in spans]
    before: Decimal | None = None
    for day, piece in _in_force(pieces, ranked=False):
        price = piece.price if piece else None
        if price != before:
            yield Step(day, price)
        before = price


def _cleaned_steps(key: Key, spans: Sequence[Span], marks: Marks) -> Iterator[Step]:
    known = [*spans, *marks.eves(key, spans)]
    pieces = [piece for span in known for piece in marks.pieces(key, span)]
    before: Decimal | None = None
    said_by: Piece | None = None
    for day, piece in _in_force(pieces, ranked=True):
        price = None
        if piece:  # a promotion that tells no list price goes on with the one before it
            price = before if piece.price is None else piece.price
        if price != before:
            joins = (
                before is not None
                and price is not None
                and marks.joins(key, day, before, price, one_witness=_same_witness(said_by, piece))
            )
            yield Step(day, price, joins)
        before, said_by = price, piece


def _same_witness(one: Piece | None, other: Piece | None) -> bool:
    """Whether a difference between two prices is one of the price, and not of who tells it."""
    if one is None or other is None or one.span.basis is not other.span.basis:
        return False
    return one.span.basis is not Basis.catalogue or one.span.source == other.span.source


@dataclass(order=True, slots=True)
class _Candidate:
    rank: int
    age: float
    source: str
    price: Decimal
    place: int
    piece: Piece = field(compare=False)


def _in_force(pieces: Sequence[Piece], *, ranked: bool) -> Iterator[tuple[date, Piece | None]]:
    """Whose price held at the end of each day on which a piece begins or ends.

    It is the latest of the best basis, or of all. What a better basis saw end does not come back from a
    worse one that only never heard of it.
    """
    waiting = sorted(pieces, key=lambda p: p.first, reverse=True)
    days = sorted({p.first for p in pieces} | {p.end for p in pieces if p.end})
    heap: list[_Candidate] = []
    for day in days:
        while waiting and waiting[-1].first <= day:
            piece = waiting.pop()
            rank = RANK[piece.span.basis] if ranked else 0
            said = max(piece.span.valid_from, start_of(piece.first)).timestamp()
            name = (piece.span.source, piece.span.price, len(waiting))
            heappush(heap, _Candidate(rank, -said, *name, piece))
        while heap and (over := heap[0].piece.end) is not None and over <= day:
            ended = heappop(heap)
            while heap and heap[0].rank > ended.rank and heap[0].piece.first < over:
                heappop(heap)
        yield day, heap[0].piece if heap else None


# --- input and output as one price ---


def _blended(meters: Mapping[str, Sequence[Step]], blend: Blend, until: date) -> list[Step]:
    days: dict[date, dict[str, Step]] = defaultdict(dict)
    for meter, steps in meters.items():
        for step in steps:
            if step.day <= until:
                days[step.day][meter] = step
    found: list[Step] = []
    now: dict[str, Decimal | None] = {}
    before: Decimal | None = None
    for day, changed in sorted(days.items()):
        now |= {meter: step.price for meter, step in changed.items()}
        price = _price(now.get(INPUT), now.get(OUTPUT), blend)
        joins = all(step.joins for step in changed.values())
        if price != before or (price is not None and not joins):
            found.append(Step(day, price, joins and before is not None and price is not None))
        before = price
    return found


def _price(read: Decimal | None, written: Decimal | None, blend: Blend) -> Decimal | None:
    if read is None or written is None:
        return None
    return blend.of(read, written) or None
