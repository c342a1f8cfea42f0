"""Which steps of a recorded price are none of its maker's: swaps, corrections, promotions and their ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tracker.domain.days import start_of
from tracker.domain.events import Event, EventRow, Kind, name_key
from tracker.domain.model import Series, Status
from tracker.domain.spans import Span

Key = tuple[str, tuple[str, ...], str]  # a provider, the words of a model's name, a meter
LAG = timedelta(days=45)  # how much earlier or later than it happened a step may have been recorded

# The price before and the one after are those of two things, or of one that was written down wrongly.
_NOT_STEPS = {
    Kind.end_of_promo,
    Kind.alias_swap,
    Kind.correction,
    Kind.successor_cheaper,
    Kind.successor_dearer,
}
_LIST = {Kind.list_cut, Kind.list_rise}


@dataclass(frozen=True, slots=True)
class Piece:
    """A span in whole days, or a part of it: from `first` until the day before `end`.

    `price` is the list price; None in a promotion of which no list price is told.
    """

    span: Span
    first: date
    end: date | None
    price: Decimal | None


def key_of(series: Series) -> Key:
    """What makes two sources' series one line of a price list, however each spells the model."""
    return series.provider, name_key(series.model), series.meter


def whole_of(span: Span) -> Piece:
    """All of a span, at its own price."""
    return Piece(span, span.valid_from.date(), span.valid_to.date() if span.valid_to else None, span.price)


class Marks:
    """What events say about the steps of each line of a price list. Withdrawn events say nothing."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._rows: dict[Key, list[tuple[Event, EventRow]]] = defaultdict(list)
        for event in events:
            if event.status is not Status.withdrawn:
                for row in event.rows:
                    self._rows[key_of(row.series)].append((event, row))

    def joins(self, key: Key, day: date, before: Decimal, after: Decimal, *, one_witness: bool) -> bool:
        """Whether the list price went from `before` to `after`: an event confirms it, or one witness tells it
        and no event calls it something else or leaves it open."""
        said = [
            event
            for event, row in self._rows.get(key, ())
            if (row.before, row.after) == (before, after) and event.lo - LAG <= day <= event.hi + LAG
        ]
        if any(event.kind in _NOT_STEPS for event in said):
            return False
        about_the_list = [event for event in said if event.kind in _LIST]
        return any(map(_is_list_move, about_the_list)) if about_the_list else one_witness

    def eves(self, key: Key, spans: Sequence[Span]) -> Iterator[Span]:
        """The price before a list move that nobody recorded while it held, on the eve of the move."""
        for event, row in self._rows.get(key, ()):
            eve = event.day - timedelta(days=1)
            if _is_list_move(event) and row.before is not None and not any(_held(s, eve) for s in spans):
                yield Span(row.series, row.before, start_of(eve), start_of(event.day), source=row.source)

    def pieces(self, key: Key, span: Span) -> list[Piece]:
        """The span as a list price: in parts where a promotion begins and where it becomes the list's."""
        whole = whole_of(span)
        for begin, end, price in self._promotions(key, span, whole.first):
            if whole.end is None or begin < whole.end:
                return [piece for piece in _cut(whole, begin, end, price) if piece.first != piece.end]
        return [whole]

    def _promotions(
        self, key: Key, span: Span, first: date
    ) -> Iterator[tuple[date, date | None, Decimal | None]]:
        """From when until when the span's price is a promotion's, and the list price that it stood for."""
        last: date | None = None
        with suppress(ValueError):
            last = date.fromisoformat(span.promo_until) + timedelta(days=1) if span.promo_until else None
        for event, row in self._rows.get(key, ()):
            if event.kind is Kind.promo and row.after == span.price and first <= event.hi + LAG:
                begin = first if event.lo - LAG <= first else event.day
                yield begin, _earliest(last, self._made_list(key, span.price, begin)), row.before
        if span.promo_until:
            yield first, _earliest(last, self._made_list(key, span.price, first)), None

    def _made_list(self, key: Key, price: Decimal, after: date) -> date | None:
        """The day on which a promotion's price became the list price."""
        days = (
            event.day
            for event, row in self._rows.get(key, ())
            if _is_list_move(event) and row.after == price and event.day > after
        )
        return min(days, default=None)


def _is_list_move(event: Event) -> bool:
    return event.kind in _LIST and event.status is Status.confirmed


def _held(span: Span, day: date) -> bool:
    whole = whole_of(span)
    return whole.first <= day and (whole.end is None or day < whole.end)


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day), default=None)


def _cut(whole: Piece, begin: date, end: date | None, price: Decimal | None) -> Iterator[Piece]:
    """A piece in up to three: before the promotion, in it at the list price, and after it."""
    over = end if end and (whole.end is None or end < whole.end) else whole.end
    begin = max(begin, whole.first)
    yield Piece(whole.span, whole.first, begin, whole.price)
    yield Piece(whole.span, begin, over, price)
    if over is not None and over != whole.end:
        yield Piece(whole.span, over, whole.end, whole.price)
