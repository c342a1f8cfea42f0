"""What the recorded events say about a prediction, as of a day: states, and what they come to together."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from tracker.domain.claims import Claims, Definition, Prediction
from tracker.domain.events import Event, Kind
from tracker.domain.evidence import Evidence, evidence

Days = tuple[date, date]  # both included
DAY_OF_GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one definition came to: a state a horizon, and the announcements that count."""

    states: dict[str, str]
    first: date | None
    counted: tuple[Evidence, ...]

    @property
    def n(self) -> int:
        """How many announcements count; those that the rules could not decide do not."""
        return sum(e.is_certain for e in self.counted)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a prediction came to as of a day: by definition, and rolled up a horizon at a time."""

    rollup: dict[str, str]
    by_definition: dict[str, Finding]
    cut_plans: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    uncovered: dict[str, list[Days]] = field(default_factory=dict)


def judge(
    claims: Claims, prediction: Prediction, events: Sequence[Event], as_of: date, covered: Sequence[Days]
) -> Verdict:
    """What the events of the subject say; `covered` are the days on which its prices were looked at.

    The states and roll-ups are those of the registered definitions: an event counts by the day on which it
    took effect, and one whose day is not known exactly decides nothing that its interval straddles.
    """
    assert prediction.subject is not None
    t0, horizons = claims.source.published_at, claims.horizons(prediction)
    plans = prediction.baseline.plans if prediction.baseline else {}
    uncovered = {name: gaps(covered, t0, _limit(t0, days, as_of)) for name, days in horizons.items()}
    found = {}
    for name in (*prediction.test_with, *prediction.report_also):
        counted = evidence(
            claims.definitions[name],
            claims,
            [e for e in events if e.lo <= as_of],
            scope=scope_of(claims.definitions[name], prediction),
            cheapest_paid=cheapest(plans),
        )
        found[name] = _finding(counted, t0, horizons, as_of, claims.defaults.min_duration_days, covered)
    cut = _cut_plans(claims, prediction, [e for e in events if e.lo <= as_of])
    complete = not prediction.coverage_cap or len(cut) == len(plans)
    tested = [found[name] for name in prediction.test_with]
    hedged = prediction.kind == "hedged"
    rollup = {h: roll_up([f.states[h] for f in tested], hedged, complete) for h in horizons}
    words = {"confirmed": "all_met", "partly": "some_met", "refuted": "none_met"}
    said = claims.defaults.rollup
    rollup = {h: said.get(words.get(state, ""), state) for h, state in rollup.items()}  # type: ignore[call-overload]
    return Verdict(rollup, found, cut, tuple(plans), {h: g for h, g in uncovered.items() if g})


def _limit(t0: date, days: int | None, as_of: date) -> date:
    return as_of if days is None else min(t0 + timedelta(days=days), as_of)


def _finding(
    counted: Sequence[Evidence],
    t0: date,
    horizons: Mapping[str, int | None],
    as_of: date,
    min_days: int,
    covered: Sequence[Days],
) -> Finding:
    certain = [e for e in counted if e.is_certain]
    after = [e for e in certain if e.lo > t0] or [e for e in counted if e.lo > t0]
    states = {}
    for name, days in horizons.items():
        end = None if days is None else t0 + timedelta(days=days)
        state = state_of(counted, t0, end, as_of, min_days)
        if state == "not_met" and end is not None and not _was_seen(covered, t0, end):
            # Nobody looked: unseen is not "did not cut". A look may be on its way.
            state = "pending" if as_of - end <= DAY_OF_GRACE else "indeterminate"
        states[name] = state
    shown = tuple(e for e in counted if e.lo > t0)
    return Finding(states, after[0].lo if after else None, shown)


def _was_seen(covered: Sequence[Days], t0: date, end: date) -> bool:
    """Whether somebody looked within a window, and at its end or after: a list price that fell stays low."""
    within = any(lo <= end and t0 < hi for lo, hi in covered)
    return within and any(end <= hi for _, hi in covered)


def state_of(counted: Sequence[Evidence], t0: date, end: date | None, as_of: date, min_days: int) -> str:
    """The state of one horizon; `end` None is open. `counted` are in the order of their first day."""
    limit = as_of if end is None else min(end, as_of)
    inside = [e for e in counted if e.lo > t0 and e.hi <= limit]
    if certain := [e for e in inside if e.is_certain]:
        return "met" if (as_of - certain[0].hi).days >= min_days else "met_provisional"
    if inside:
        return "met_provisional"
    if any(e.hi > t0 and e.lo <= limit for e in counted):
        return "indeterminate"
    if end is None:
        return "not_yet"
    return "not_met" if as_of >= end else "pending"


def roll_up(states: Collection[str], hedged: bool, complete: bool) -> str:
    """What the tested definitions come to; `complete` is False where a coverage cap is not reached."""
    if all(s == "met" for s in states):
        return "confirmed" if complete else "partly"
    for state, word in (("met", "partly"), ("met_provisional", "provisional"), ("indeterminate",) * 2):
        if state in states:
            return word
    if "pending" in states or "not_yet" in states:
        return "pending"
    return "not_met" if hedged else "refuted"


def scope_of(definition: Definition, prediction: Prediction) -> str:
    """Whose prices a definition is about: plans, or tokens; else the subject's."""
    if definition.event in (Kind.plan_cut, Kind.plan_rise):
        return "subscription"
    if definition.scope is None and definition.event is Kind.new and prediction.subject is not None:
        return prediction.subject.scope
    return definition.scope or "api"


def _cut_plans(claims: Claims, prediction: Prediction, events: Sequence[Event]) -> tuple[str, ...]:
    """The baseline's plans of which a list price was cut since the article."""
    if prediction.baseline is None or not prediction.baseline.plans:
        return ()
    counted = evidence(Definition(event=Kind.plan_cut), claims, events, scope="subscription")
    after = [e for e in counted if e.lo > claims.source.published_at]
    names = {_plan(row.model or row.series.model) for e in after for row in e.rows}
    names = {prediction.aliases.get(n, n) for n in names}
    plans = prediction.baseline.plans
    return tuple(p for p in plans if any(_is_plan(n, p) for n in names))


def _plan(model: str) -> str:
    return re.sub(r"\s*\([^()]*\)", "", model).strip()


def _is_plan(name: str, plan: str) -> bool:
    name, plan = name.casefold(), plan.casefold()
    return name == plan or name.startswith(f"{plan} ")


def gaps(covered: Sequence[Days], t0: date, limit: date) -> list[Days]:
    """The days after `t0` up to `limit` on which nobody looked."""
    found, day = [], t0 + timedelta(days=1)
    for lo, hi in sorted(covered):
        if lo > limit:
            break
        if lo > day:
            found.append((day, lo - timedelta(days=1)))
        day = max(day, hi + timedelta(days=1))
    if day <= limit:
        found.append((day, limit))
    return found


def cheapest(plans: Mapping[str, Decimal]) -> Decimal | None:
    """The cheapest paid plan."""
    return min((p for p in plans.values() if p), default=None)
