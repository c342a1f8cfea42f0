"""What dated facts come to: prices for as long as they held, moves, and events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from tracker.domain.aliases import points_at
from tracker.domain.days import start_of
from tracker.domain.events import Event, EventRow, Kind
from tracker.domain.facts import GATHERED, SOURCE, Fact, name_of_fact, series_of_fact
from tracker.domain.model import Move, Series, Status
from tracker.domain.spans import Span
from tracker.domain.successors import Blend, succession

_OWN = {  # kinds whose `old` is the same price until then
    "list_cut": Kind.list_cut,
    "list_rise": Kind.list_rise,
    "promo": Kind.promo,
    "end_of_promo": Kind.end_of_promo,
    "subscription_cut": Kind.plan_cut,
}
_SUCCESSOR = ("successor_cheaper", "successor_dearer")
# The last day of a promotion, where it was announced with it and its end is not among the facts.
PROMO_UNTIL = {
    ("anthropic", "claude-sonnet-5"): "2026-08-31",
    ("google", "gemini-3.6-flash"): "2026-12-31",
    ("google", "gemini-4-argon"): "2026-11-30",
}


def spans_of(facts: Iterable[Fact]) -> list[Span]:
    """The prices that facts say, each until the next one of its series; the last has no end.

    Of several facts of one day the last counts: a promotion suspends the list price announced with it.
    """
    by_series: dict[Series, list[Fact]] = defaultdict(list)
    for fact in sorted(facts, key=lambda f: (f.day, _rank(f))):
        if series := series_of_fact(fact):
            by_series[series].append(fact)
    return [span for series, own in by_series.items() for span in _spans(series, own)]


def _rank(fact: Fact) -> int:
    return {"listed": 0, "promo": 2}.get(fact.kind, 1)


def _spans(series: Series, own: Sequence[Fact]) -> list[Span]:
    last_of_day = list({f.day: f for f in own}.values())
    spans = []
    for place, fact in enumerate(last_of_day):
        after = last_of_day[place + 1] if place + 1 < len(last_of_day) else None
        spans.append(
            Span(
                series,
                fact.new,
                start_of(fact.day),
                start_of(after.day) if after else None,
                model=name_of_fact(fact),
                label=_label(fact),
                promo_until=_promo_until(fact, after),
                source=SOURCE,
            )
        )
    return spans


def _label(fact: Fact) -> str:
    """Where a fact is from, and how sure it is."""
    return f"{fact.source} (confidence: {fact.confidence})"


def _promo_until(fact: Fact, after: Fact | None) -> str:
    if fact.kind != "promo":
        return ""
    if after is not None and after.kind == "end_of_promo":
        return (after.day - timedelta(days=1)).isoformat()
    return PROMO_UNTIL.get((fact.provider, fact.model), "")


def moves_of(facts: Iterable[Fact]) -> list[Move]:
    """The moves of series that facts tell and that had happened when they were gathered."""
    swapped = re_pointed(facts := list(facts))
    return [
        Move(
            series=series,
            before=fact.old,
            after=fact.new,
            at=start_of(fact.day),
            recorded_at=GATHERED,
            not_before=start_of(fact.day_lo) if fact.day_lo < fact.day_hi else None,
            status=Status.confirmed,
            reason=f"documented: {fact.source}",
            event=_kind_of(fact, swapped).value,
            model=name_of_fact(fact),
            label=_label(fact),
            source=SOURCE,
        )
        for fact in facts
        if fact.kind in _OWN and fact.old is not None and fact.old != fact.new
        if start_of(fact.day) <= GATHERED and (series := series_of_fact(fact))
    ]


def _kind_of(fact: Fact, swapped: set[Fact]) -> Kind:
    if fact in swapped:
        return Kind.alias_swap
    kind = _OWN[fact.kind]
    return Kind.plan_rise if kind is Kind.plan_cut and (fact.old or 0) < fact.new else kind


def events_of(facts: Iterable[Fact], blend: Blend) -> list[Event]:
    """The announcements that facts tell, an event a kind; what was still to come is none."""
    facts = [f for f in facts if f.kind != "listed" and start_of(f.day) <= GATHERED]
    swapped = re_pointed(facts)
    found: dict[tuple[str, Kind], list[Fact]] = defaultdict(list)
    for (group, model), own in _by_model(facts).items():
        kinds = {f.kind for f in own}
        together = _succession_kind(own, blend) if kinds & set(_SUCCESSOR) else None
        for fact in own:
            if fact.kind in _SUCCESSOR:
                assert together is not None, model
                found[group, together].append(fact)
            else:
                kind = Kind.new if fact.kind == "new_tier" else _kind_of(fact, swapped)
                found[group, kind].append(fact)
    events = [_event(group, kind, own) for (group, kind), own in found.items()]
    return [e for e in events if e.rows]  # a factor is no price


def _by_model(facts: Iterable[Fact]) -> Mapping[tuple[str, str], list[Fact]]:
    found: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.group, fact.model].append(fact)
    return found


def _succession_kind(own: Sequence[Fact], blend: Blend) -> Kind:
    """By the blend where both components are stated, else by the sum of what is."""
    by_component = {f.component: (f.old, f.new) for f in own if f.kind in _SUCCESSOR}
    return succession(by_component, blend)


def _event(group: str, kind: Kind, own: Sequence[Fact]) -> Event:
    rows = [
        EventRow(
            series,
            fact.old if kind is not Kind.new else None,
            fact.new,
            model=fact.model,
            predecessor=fact.predecessor,
            source=SOURCE,
            label=_label(fact),
        )
        for fact in own
        if (series := series_of_fact(fact))
    ]
    first = own[0]
    return Event(
        kind,
        first.provider,
        min(f.day_lo for f in own),
        first.day,
        max(f.day_hi for f in own),
        group,
        tuple(rows),
        SOURCE,
        GATHERED,
        why="; ".join(dict.fromkeys(f.note for f in own if f.note)),
    )


def re_pointed(facts: Iterable[Fact]) -> set[Fact]:
    """The cuts and rises of a name that only points at another model now, which had these prices before.

    Two prices at least must be the other's: one may be by chance.
    """
    facts = list(facts)
    spans = spans_of(facts)
    found: set[Fact] = set()
    for (_, model), own in _by_model(f for f in facts if f.kind in ("list_cut", "list_rise")).items():
        new = {f.component: f.new for f in own}
        day = own[0].day
        if len(new) < 2:
            continue
        for other in {s.series.model for s in spans if s.series.provider == own[0].provider}:
            if points_at(model, other) and new.items() <= _listed(spans, own[0].provider, other, day).items():
                found.update(own)
    return found


def _listed(spans: Iterable[Span], provider: str, model: str, day: date) -> dict[str, Decimal]:
    """The standard prices of a model that held before a day and still did on it, by component."""
    at = start_of(day)
    return {
        s.series.meter.removesuffix("_mtok"): s.price
        for s in spans
        if (s.series.provider, s.series.model) == (provider, model) and not s.series.terms.as_dict()
        if s.valid_from < at and (s.valid_to is None or s.valid_to > at)
    }
