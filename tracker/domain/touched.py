"""Which registered predictions moves speak to, and how these stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain import wording
from tracker.domain.beside import against
from tracker.domain.claims import Claims, Definition, Prediction
from tracker.domain.events import Event, Kind, of_moves
from tracker.domain.evidence import evidence
from tracker.domain.model import Move

# What a price that moves can be evidence of; a promotion or a name that points elsewhere is none.
COUNTED = {kind.value: kind for kind in (Kind.list_cut, Kind.list_rise, Kind.plan_cut, Kind.plan_rise)}
_CUTS = (Kind.list_cut, Kind.plan_cut)
_SELLS = {"api": "API prices", "subscription": "plan prices"}


@dataclass(frozen=True, slots=True)
class Touch:
    """A prediction that moves are evidence for, or against."""

    claims: Claims
    prediction: Prediction
    speaks_for: bool


def subjects(claims: Iterable[Claims]) -> set[str]:
    """The providers that predictions are about."""
    return {p.subject.provider for c in claims for p in c.predictions if p.subject}


def touched(claims: Iterable[Claims], moves: Sequence[Move], at: datetime) -> list[Touch]:
    """The predictions that these moves are evidence for or against, as their definitions count it.

    `moves` have the prices before that their own look saw: many small steps are no evidence.
    """
    by_provider: dict[str, list[Move]] = {}
    for move in moves:
        if move.event in COUNTED:
            by_provider.setdefault(move.series.provider, []).append(move)
    events = {provider: of_moves(own, at) for provider, own in by_provider.items()}
    found = []
    for file in claims:
        for prediction in file.predictions:
            told = events.get(prediction.subject.provider, []) if prediction.subject else []
            if told and (one := _touch(file, prediction, told, at)):
                found.append(one)
    return found


def _touch(claims: Claims, prediction: Prediction, events: Sequence[Event], at: datetime) -> Touch | None:
    assert prediction.subject is not None
    since = [e for e in events if e.lo > claims.source.published_at]
    scope = prediction.subject.scope
    if any(evidence(d, claims, since, scope=scope) for d in _definitions(claims, prediction)):
        return Touch(claims, prediction, speaks_for=True)
    speaks = predicts_cuts(claims, prediction) and against(claims, prediction, since, at.date())
    return Touch(claims, prediction, speaks_for=False) if speaks else None


def _definitions(claims: Claims, prediction: Prediction) -> list[Definition]:
    """Those that a price which moved can meet by itself."""
    named = [claims.definitions[name] for name in (*prediction.test_with, *prediction.report_also)]
    return [d for d in named if d.event in COUNTED.values()]


def predicts_cuts(claims: Claims, prediction: Prediction) -> bool:
    """Whether it says that prices fall, and not that they rise."""
    events = [d.event for d in _definitions(claims, prediction)]
    return bool(events) and all(event in _CUTS for event in events)


def touch_line(touch: Touch, rollup: Mapping[str, str] | None) -> str:
    """One line; `rollup` is the last recorded verdict, a state a horizon.

    'touches P1 of “Deep Impact” (OpenAI would cut its API prices): so far confirmed within 90 days'
    """
    claims, prediction = touch.claims, touch.prediction
    of = wording.harmless(claims.source.title or claims.source.id, 80)
    verb = "touches" if touch.speaks_for else "speaks against"
    return f"{verb} {prediction.id} of “{of}” ({gist(claims, prediction)}): {so_far(rollup)}"


def so_far(rollup: Mapping[str, str] | None) -> str:
    """A verdict in words: "so far confirmed within 90 days, partly until now"."""
    states = ", ".join(f"{state.replace('_', ' ')} {_within(h)}" for h, state in (rollup or {}).items())
    return f"so far {wording.harmless(states)}" if states else "not judged yet"


def gist(claims: Claims, prediction: Prediction) -> str:
    """What a prediction about a provider says: "OpenAI would cut its API prices"."""
    assert prediction.subject is not None
    who = wording.provider_name(prediction.subject.provider)
    if predicts_cuts(claims, prediction):
        return f"{who} would cut its {_SELLS[prediction.subject.scope]}"
    if all(d.event not in _CUTS for d in _definitions(claims, prediction)):
        return f"{who} would raise its {_SELLS[prediction.subject.scope]}"
    return f"“{wording.harmless(prediction.quote, 80)}”"


def _within(horizon: str) -> str:
    """ "H90" in words."""
    days = horizon.removeprefix("H")
    return f"within {days} days" if days.isdecimal() else "until now" if horizon == "open" else horizon
