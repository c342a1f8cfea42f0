"""Which prices hold at a moment and can be believed to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from scrapers.page import STANDARD, Terms
from tracker.domain.model import Basis, Series
from tracker.domain.spans import Span, price_at
from tracker.domain.witnesses import fold

# A gathered fact tells of the time until then, and of what it dates itself.
TOLD_FOR = timedelta(days=1)


def plain_terms(terms: Terms) -> Terms:
    """Terms to compare by: without days, and by the month where nothing else is said."""
    billing = "" if terms.billing == "monthly" else terms.billing
    return replace(terms, billing=billing, promo_until="", effective_from="")


def in_force(spans: Iterable[Span], at: datetime) -> list[Span]:
    """The prices that hold at a moment and can be believed to.

    A fact without an end stands no longer for other hours, contexts or tiers once the standard price beside
    it moved.
    """
    known = list(spans)
    standard: dict[tuple[str, ...], datetime] = {}
    for s in known:
        if s.valid_from <= at and plain_terms(s.series.terms) == STANDARD:
            for place in (_model(s.series), _line(s.series)):
                standard[place] = max(standard.get(place, s.valid_from), s.valid_from)
    return [s for s in known if s.holds(at) and not _is_outdated(s, standard)]


def is_stale(span: Span, at: datetime) -> bool:
    """Whether it is a gathered fact without an end, asked about a later day."""
    open_fact = span.basis is Basis.documented and span.valid_to is None
    return open_fact and span.recorded_at is not None and span.recorded_at < at - TOLD_FOR


def best(spans: Iterable[Span], at: datetime) -> Span | None:
    """What one line costs: a fact that was gathered earlier only where nobody else speaks."""
    held = list(spans)
    return price_at([s for s in held if not is_stale(s, at)], at) or price_at(held, at)


def _is_outdated(span: Span, standard: dict[tuple[str, ...], datetime]) -> bool:
    terms = plain_terms(span.series.terms)
    if span.basis is not Basis.documented or span.valid_to is not None or terms == STANDARD:
        return False
    place = (
        _model(span.series) if terms.window else _line(span.series)
    )  # hours are of all of a model's prices
    return place in standard and standard[place] > span.valid_from


def _model(series: Series) -> tuple[str, ...]:
    return series.provider, fold(series.model), series.currency


def _line(series: Series) -> tuple[str, ...]:
    return *_model(series), series.meter
