"""What stands beside a verdict: how likely it was anyway, what speaks against it, and where levels went."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tracker.domain.base_rate import base_rate, placebo, trend
from tracker.domain.claims import Claims, Definition, Prediction
from tracker.domain.events import Event, Kind
from tracker.domain.evidence import Evidence, evidence
from tracker.domain.facts import Line
from tracker.domain.successors import Blend
from tracker.domain.verdict import Days, cheapest, gaps, scope_of
from tracker.domain.witnesses import fold

NO_CAUSE = "These are dates that follow one another: a correlation, not a cause."
MOST_UNSEEN = 0.1  # of a window whose rate is told
_AGAINST = {
    "api": (
        Definition(event=Kind.list_rise),
        Definition(event=Kind.successor_dearer, measure="blend"),
    ),
    "subscription": (Definition(event=Kind.plan_rise),),
}


def rates(
    claims: Claims, prediction: Prediction, events: Sequence[Event], covered: Sequence[Days]
) -> dict[str, Any]:
    """The base rate of each tested definition, and of any of them, over the window before the article.

    Where the window was not looked at there is none: unseen is not "did not cut".
    """
    if prediction.base_rate is None or prediction.subject is None:
        return {}
    since, until = prediction.base_rate.window
    unseen = gaps(covered, since - timedelta(days=1), until)
    if sum((b - a).days + 1 for a, b in unseen) > MOST_UNSEEN * (until - since).days:
        return {"window": [since.isoformat(), until.isoformat()], "uncovered": _shown(unseen)}
    days = [n for n in claims.horizons(prediction).values() if n]
    plans = prediction.baseline.plans if prediction.baseline else {}
    found: dict[str, list[Evidence]] = {
        name: [
            e
            for e in evidence(
                claims.definitions[name],
                claims,
                events,
                scope=scope_of(claims.definitions[name], prediction),
                cheapest_paid=cheapest(plans),
            )
            if e.is_certain and since <= e.lo and e.hi <= until
        ]
        for name in (*prediction.test_with, *prediction.report_also)
    }
    tested = {e.announcement: e for name in prediction.test_with for e in found[name]}
    by_name = {**found, "any": list(tested.values())}
    return {
        "window": [since.isoformat(), until.isoformat()],
        "days": (until - since).days,
        "model": "jeffreys_poisson",
        **{name: _rate(own, since, until, days) for name, own in by_name.items()},
    }


def _shown(spans: Iterable[Days]) -> list[list[str]]:
    return [[a.isoformat(), b.isoformat()] for a, b in spans]


def _rate(own: Sequence[Evidence], since: date, until: date, horizons: Collection[int]) -> dict[str, Any]:
    announced = {e.announcement: e.lo for e in own}
    rate: dict[str, Any] = {"n": len(announced)}
    for days in horizons:
        chance = base_rate(len(announced), (until - since).days, days)
        pretended = placebo(list(announced.values()), since, until, days)
        rate[f"H{days}"] = {
            "p": chance.chance,
            "lo": chance.low,
            "hi": chance.high,
            "placebo": {"days": pretended.days, "followed": pretended.followed},
        }
    return rate


def against(claims: Claims, prediction: Prediction, events: Sequence[Event], as_of: date) -> list[Evidence]:
    """Rises and dearer successors of the subject since the article, by their first day."""
    if prediction.subject is None:
        return []
    scope = prediction.subject.scope
    known = [e for e in events if claims.source.published_at < e.lo <= as_of]
    found = [e for d in _AGAINST[scope] for e in evidence(d, claims, known, scope=scope)]
    return sorted(found, key=lambda e: (e.lo, e.announcement))


def levels(
    claims: Claims, prediction: Prediction, lines: Iterable[Line], as_of: date
) -> dict[str, dict[str, Any]]:
    """Each product line's blended price on the article's day and at each horizon, and its trend before."""
    if prediction.level_test is None:
        return {}
    t0, blend = claims.source.published_at, claims.defaults.blend.blend
    wanted = {fold(name) for name in prediction.level_test.lines}
    steps: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda x: x.valid_from):
        if fold(line.line) in wanted and line.valid_from <= as_of:
            steps.setdefault(line.line, []).append(line)
    found: dict[str, dict[str, Any]] = {}
    for name, own in steps.items():
        base = _level(own, t0, blend)
        if base is None:
            continue
        found[name] = {"T0": base, "trend_before": _trend(own, t0, blend)}
        for horizon, days in claims.horizons(prediction).items():
            end = as_of if days is None else t0 + timedelta(days=days)
            level = _level(own, end, blend) if end <= as_of else None
            pct = None if level is None else ((level - base) / base * 100).quantize(Decimal("0.1"))
            found[name][horizon] = None if level is None else {"price": level, "pct": pct}
    return found


def _level(own: Sequence[Line], day: date, blend: Blend) -> Decimal | None:
    led = [line for line in own if line.valid_from <= day]
    return blend.of(led[-1].price_in, led[-1].price_out).normalize() if led else None


def _trend(own: Sequence[Line], t0: date, blend: Blend) -> dict[str, Any] | None:
    """Per cent a year, of the two years before the article."""
    steps = [(line.valid_from, blend.of(line.price_in, line.price_out)) for line in own]
    found = trend(steps, t0 - timedelta(days=730), t0)
    if found is None:
        return None
    return {
        "since": found.since.isoformat(),
        "change_pct": found.change_pct,
        "yearly_pct": found.yearly_pct,
    }
