"""Which events count under a definition, and what of them is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.domain.claims import Claims, Definition
from tracker.domain.events import Event, EventRow, Kind, component_of
from tracker.domain.model import Status
from tracker.domain.successors import Blend, blended

# Kinds of which a lowered price would count as a cut, were they not excluded.
_APPARENT = {
    Kind.list_cut: (Kind.promo, Kind.alias_swap, Kind.correction),
    Kind.list_rise: (Kind.end_of_promo, Kind.alias_swap, Kind.correction),
    Kind.plan_cut: (Kind.promo, Kind.correction),
    Kind.plan_rise: (Kind.end_of_promo, Kind.correction),
}
_DOWN = (Kind.list_cut, Kind.plan_cut, Kind.successor_cheaper)
_SUCCESSORS = (Kind.successor_cheaper, Kind.successor_dearer)
# An audio model's list price of input or output is one too.
_ALSO_NAMED = {"audio_input": "input", "audio_output": "output"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One announcement that counts, with the rows that count; the days are those of its events."""

    announcement: str
    lo: date
    hi: date
    rows: tuple[EventRow, ...]
    events: tuple[Event, ...]

    @property
    def is_certain(self) -> bool:
        """Whether an event of it is confirmed; the rules could not decide the others."""
        return any(e.status is Status.confirmed for e in self.events)

    def words(self) -> list[str]:
        """A line a model: "o3 input 10->2 (-80.0%), output 40->8 (-80.0%)"."""
        return lines_of(self.rows)


def lines_of(rows: Iterable[EventRow]) -> list[str]:
    """A line a model: "o3 input 10->2 (-80.0%), output 40->8 (-80.0%)"."""
    by_model: dict[str, list[EventRow]] = defaultdict(list)
    for row in rows:
        by_model[row.model or row.series.model].append(row)
    return [f"{model} {', '.join(map(_words, _ordered(by_model[model])))}" for model in sorted(by_model)]


def one_line(rows: Iterable[EventRow]) -> str:
    """All rows in one line, for people."""
    return for_people("; ".join(lines_of(rows)))


def for_people(line: str) -> str:
    """A line of evidence as it is read: "o3 input 10 → 2 (-80.0%)"."""
    return line.replace(" ->", " ").replace("->", " → ").replace(" (%)", "")


def _ordered(rows: Iterable[EventRow]) -> list[EventRow]:
    """Each component once: a witness of the same step says nothing new."""
    once = {(component_of(r.series), repr(r.series.terms)): r for r in reversed(list(rows))}
    return [once[place] for place in sorted(once)]


def _words(row: EventRow) -> str:
    before, after = ("" if price is None else f"{price.normalize():f}" for price in (row.before, row.after))
    pct = "" if row.pct is None else str(row.pct.quantize(Decimal("0.1")))
    return f"{component_of(row.series)} {before}->{after} ({pct}%)"


def evidence(
    definition: Definition,
    claims: Claims,
    events: Iterable[Event],
    *,
    scope: str,
    cheapest_paid: Decimal | None = None,
) -> list[Evidence]:
    """The announcements that count under a definition, by their first day. `events` are of one provider.

    `cheapest_paid` is the provider's cheapest paid plan on the article's day, in USD a month.
    """
    kinds = _kinds(definition, claims)
    events = [e for e in events if e.status is not Status.withdrawn]
    floors = _floors(events, claims.defaults.blend.blend) if definition.event == "new_floor" else {}
    found: dict[str, list[tuple[Event, tuple[EventRow, ...]]]] = defaultdict(list)
    for event in events:
        if definition.event != "new_floor" and event.kind not in kinds:
            continue
        rows = tuple(r for r in event.rows if (r.series.meter == "seat_month") == (scope == "subscription"))
        if counting := _counting(rows, definition, claims, cheapest_paid, floors, event):
            found[event.announcement].append((event, counting))
    return sorted((_joined(of) for of in found.values()), key=lambda e: (e.lo, e.hi, e.announcement))


def _kinds(definition: Definition, claims: Claims) -> Collection[object]:
    """The kinds that a definition names, and those that look like them and are not excluded."""
    apparent = _APPARENT.get(definition.event, ()) if isinstance(definition.event, Kind) else ()
    if definition.measure == "blend" and definition.event in _SUCCESSORS:
        apparent = _SUCCESSORS  # which of the two it is, the definition's own blend says
    return {definition.event, *apparent} - set(claims.defaults.exclude)


def _joined(parts: Sequence[tuple[Event, tuple[EventRow, ...]]]) -> Evidence:
    """One announcement of its events; what the rules could not decide is left out beside what is certain."""
    counted = [part for part in parts if part[0].status is Status.confirmed] or parts
    lo, hi = max(e.lo for e, _ in counted), min(e.hi for e, _ in counted)
    if lo > hi:  # they do not meet: all that is known is where they lie
        lo, hi = min(e.lo for e, _ in counted), max(e.hi for e, _ in counted)
    return Evidence(
        counted[0][0].announcement,
        lo,
        hi,
        tuple(r for _, rows in counted for r in rows),
        tuple(e for e, _ in counted),
    )


def _counting(
    rows: tuple[EventRow, ...],
    definition: Definition,
    claims: Claims,
    cheapest_paid: Decimal | None,
    floors: Mapping[int, set[str]],
    event: Event,
) -> tuple[EventRow, ...]:
    """The rows of the models that count; all rows of a model are shown where one of them counts."""
    least = definition.min_change_pct or claims.defaults.min_change_pct
    by_model: dict[str, list[EventRow]] = defaultdict(list)
    for row in rows:
        by_model[row.series.model].append(row)
    counted = []
    for model, own in by_model.items():
        if definition.event == "new_floor":
            counts = model in floors.get(id(event), ())
        elif definition.event is Kind.new:
            counts = _is_below(own, definition, least, cheapest_paid)
        elif definition.measure == "blend":
            counts = _moved_on_blend(own, claims.defaults.blend.blend, least, definition.event)
        else:
            counts = any(_moved(row, definition, least) for row in own)
        if counts:
            counted += own
    return tuple(counted)


def _moved(row: EventRow, definition: Definition, least: Decimal) -> bool:
    component, terms = component_of(row.series), row.series.terms
    if definition.components != "any" and row.series.meter != "seat_month":
        named = _ALSO_NAMED.get(component, component)
        standard = not (terms.tier or terms.window or terms.region)
        if not standard or not {component, named} & set(definition.components):
            return False
    return _is_far(row.pct, least, definition.event)


def _is_far(pct: Decimal | None, least: Decimal, event: object) -> bool:
    if pct is None:
        return False
    return pct <= -least if event in _DOWN else pct >= least


def _moved_on_blend(own: Sequence[EventRow], blend: Blend, least: Decimal, event: object) -> bool:
    """Announcements that state both components only."""
    pair = blended({component_of(r.series): (r.before, r.after) for r in own}, blend)
    return bool(pair and pair[0]) and _is_far((pair[1] - pair[0]) / pair[0] * 100, least, event)  # type: ignore[index]


def _is_below(
    own: Sequence[EventRow], definition: Definition, least: Decimal, cheapest_paid: Decimal | None
) -> bool:
    """A new price that is paid, sold where the definition says, and below the cheapest plan of the day."""
    prices = [r for r in own if r.after and (definition.region == "any" or not r.series.terms.region)]
    if not definition.below_cheapest_paid:
        return bool(prices)
    if cheapest_paid is None:
        return False
    return any(r.after <= cheapest_paid * (1 - least / 100) for r in prices if r.after is not None)


def _floors(events: Sequence[Event], blend: Blend) -> dict[int, set[str]]:
    """By the event's identity in memory: the models whose blended price was the provider's lowest yet."""
    lowest: Decimal | None = None
    found: dict[int, set[str]] = defaultdict(set)
    for event in sorted(events, key=lambda e: (e.lo, e.announcement)):
        now = lowest
        for model in {r.series.model for r in event.rows}:
            own = {component_of(r.series): (r.after, r.after) for r in event.rows if r.series.model == model}
            pair = blended(own, blend)
            if not pair or not pair[1]:
                continue
            if lowest is not None and pair[1] <= lowest * Decimal("0.95"):
                found[id(event)].add(model)
            now = pair[1] if now is None else min(now, pair[1])
        lowest = now
    return found
