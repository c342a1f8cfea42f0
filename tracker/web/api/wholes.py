"""Answers of the API that are one object: verdicts, the article's figures, indexes."""

from __future__ import annotations

from typing import Any

from tracker.adapters import claims as claims_files
from tracker.adapters.store import indexes as store
from tracker.ask import index as asked_index
from tracker.ask import verdict as asked_verdict
from tracker.domain.chart import ARTICLE
from tracker.web.api.answers import Asked
from tracker.web.api.refused import Refused

Whole = tuple[dict[str, Any], list[dict[str, Any]]]  # the object, and its rows for CSV and NDJSON


def verdicts(asked: Asked) -> Whole:
    """Every prediction that is registered, or the one that the address names."""
    as_of = asked.at.date()
    registered = claims_files.registered()
    found = asked_verdict.verdict(asked.connection, registered, as_of=as_of, known_at=asked.known_at)
    if asked.id:
        if asked.id not in found["predictions"]:
            there = ", ".join(found["predictions"])
            raise Refused(404, f"no prediction has this id; there are {there}")
        found["predictions"] = {asked.id: found["predictions"][asked.id]}
    return found, asked_verdict.states(found)


def claims(asked: Asked) -> Whole:
    registered = claims_files.registered()
    found = asked_verdict.price_claims(asked.connection, registered, known_at=asked.known_at)
    return found, asked_verdict.price_claim_rows(found)


def indexes(asked: Asked) -> Whole:
    since, until = asked.given.get("since"), asked.given.get("until")
    kind = asked.words("kind")
    question = store.Question(
        as_of=asked.at.date(),
        known_at=asked.known_at,
        base=asked.given.get("base") or ARTICLE,
        provider=asked.words("provider").casefold(),
        since=since.date() if since else None,
        until=until.date() if until else None,
        kinds=(kind,) if kind else store.KINDS,
    )
    found = store.answer(asked.connection, question)
    return asked_index.as_json(found, question), _rows(found, kind)


def _rows(found: store.Answer, kind: str) -> list[dict[str, Any]]:
    if kind == "hosted":
        return [asked_index.hosted_row(row) for row in found.hosted]
    if kind == "premium":
        return [asked_index.premium_row(row) for row in found.premium]
    return asked_index.point_rows(found)
