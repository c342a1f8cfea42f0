"""What is told of a prediction whose verdict is another than before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.domain import wording
from tracker.domain.alerts import Message, safe
from tracker.domain.answers import gist
from tracker.domain.beside import NO_CAUSE
from tracker.domain.claims import Claims, Prediction
from tracker.domain.notices import Notice

NEW_EVIDENCE = "new_evidence"


def verdict_notices(
    claims: Claims,
    prediction: Prediction,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    why: str,
    *,
    base_url: str,
) -> list[Notice]:
    """What to tell where a prediction asks for what happened.

    New evidence alone needs a rule that names `verdict`: the move itself was told just now.
    """
    happened = _happened(before, now) & set(prediction.alerts.on)
    if not happened:
        return []
    provider = prediction.subject.provider if prediction.subject else ""
    message = _message(claims, prediction, before, now, why, base_url)
    return [Notice("verdict", provider, message, needs_rule=happened == {NEW_EVIDENCE})]


def _happened(before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    old, new = gist(before), gist(now)
    happened = set()
    if any(old["rollup"].get(h) != state for h, state in new["rollup"].items() if state != "informative"):
        happened.add("verdict_change")
    if _evidence(old) != _evidence(new):
        happened.add(NEW_EVIDENCE)
    if set(new["ending"]) - set(old["ending"]):
        happened.add("horizon_in_30d")
    return happened


def _evidence(row: Mapping[str, Any]) -> list[Any]:
    return [found.get("evidence") for found in row["by_definition"].values()]


def _message(
    claims: Claims,
    prediction: Prediction,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    why: str,
    base_url: str,
) -> Message:
    who = f"{prediction.id} of {claims.source.title or claims.source.id}"
    turns = [
        f"{horizon} {before['rollup'].get(horizon, 'not judged')} → {state}"
        for horizon, state in now["rollup"].items()
        if before["rollup"].get(horizon) != state
    ]
    quoted = wording.harmless(prediction.quote, 300)
    return Message(
        subject=wording.harmless(f"{who}: {', '.join(turns) or why}", 200),
        lines=(f"“{quoted}”", wording.harmless(why, 1500), NO_CAUSE),
        links=safe([("article", claims.source.url), ("dashboard", base_url)]),
    )
