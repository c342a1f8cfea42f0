"""Judges the registered claims from the store alone, and records a verdict whenever it is another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from tracker.adapters import claims as claims_files
from tracker.adapters.edges import Edges
from tracker.adapters.store import Connection, verdicts
from tracker.adapters.store.turns import JUDGING, take_turn
from tracker.announce import announce_notices
from tracker.domain.answers import gist, why_changed
from tracker.domain.claims import Claims
from tracker.domain.errors import BadClaims
from tracker.domain.settings import Settings
from tracker.domain.verdict_notices import verdict_notices

log = structlog.get_logger()
FIRST = "first judged"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict that is another than the last one; `rollup` is a state a horizon."""

    claims: str
    prediction: str
    rollup: dict[str, str]
    why: str


async def judge(edges: Edges) -> list[Judged]:
    """Judge every claims file as of now; the verdicts that changed. Raises TrackerError."""
    changed: list[Judged] = []
    for claims in _files(edges):
        changed += await edges.write(record_verdicts, claims, edges.settings, edges.clock.now())
    for one in changed:
        log.info("judge.changed", claims=one.claims, prediction=one.prediction, why=one.why)
    return changed


def _files(edges: Edges) -> list[Claims]:
    """The claims files; where one of the user's is wrong that is told, and the registered one is judged."""
    try:
        return claims_files.all_claims(edges.settings.claims)
    except BadClaims as e:
        log.error("judge.refused", problems=str(e).splitlines())
        return [claims_files.registered()]


def record_verdicts(connection: Connection, claims: Claims, settings: Settings, at: datetime) -> list[Judged]:
    """Write what changed, with its alerts, in one transaction. A first verdict alerts nobody."""
    take_turn(connection, JUDGING)
    found = verdicts.answers(connection, claims, as_of=at.date(), known_at=at)["predictions"]
    changed = []
    for prediction in claims.predictions:
        body = json.loads(json.dumps(found[prediction.id], default=str))
        before = verdicts.last(connection, claims.source.id, prediction.id)
        if before is not None and _is_same(before, body, claims):
            continue
        why = FIRST if before is None else _why(before, body, claims, at)
        verdicts.put(connection, claims, prediction.id, body, as_of=at.date(), why=why, at=at)
        if before is not None:
            base_url = settings.base_url
            told = verdict_notices(claims, prediction, before["body"], body, why, base_url=base_url)
            announce_notices(connection, settings, told, source=None, now=at)
        changed.append(Judged(claims.source.id, prediction.id, body["rollup"], why))
    return changed


def _is_same(before: Mapping[str, Any], body: Mapping[str, Any], claims: Claims) -> bool:
    return before["file_sha256"] == claims.sha256 and gist(before["body"]) == gist(body)


def _why(before: Mapping[str, Any], body: Mapping[str, Any], claims: Claims, at: datetime) -> str:
    amended = "the claims file was amended; " if before["file_sha256"] != claims.sha256 else ""
    return amended + why_changed(before["body"], body, at.date())
