"""Answers of the API that are one object: verdicts, the article's figures, bills, indexes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from tracker.adapters.store import indexes as store
from tracker.adapters.store import offers
from tracker.ask import index as asked_index
from tracker.ask import verdict as asked_verdict
from tracker.ask.cost import as_rows
from tracker.ask.times import shown
from tracker.ask.workloads import NotAWorkload, described, named
from tracker.domain.chart import ARTICLE
from tracker.domain.claims import Claims
from tracker.domain.days import END_OF_TIME
from tracker.domain.settings import Workload
from tracker.web.api.answers import Asked
from tracker.web.api.refused import Refused
from tracker.web.reckoned import reckoned

Whole = tuple[dict[str, Any], list[dict[str, Any]]]  # the object, and its rows for CSV and NDJSON


def verdicts(asked: Asked) -> Whole:
    """Every prediction of a claims file, or the one that the address names."""
    claims, as_of = _claims(asked), asked.at.date()
    how = partial(asked_verdict.verdict, claims=claims, as_of=as_of, known_at=asked.known_at)
    key = ("api verdicts", claims.sha256, as_of, asked.given.get("known_at"))
    found = dict(reckoned(asked.connection, key, how))
    if asked.id:
        if asked.id not in found["predictions"]:
            there = ", ".join(found["predictions"])
            raise Refused(404, f"no prediction has this id; there are {there}")
        found["predictions"] = {asked.id: found["predictions"][asked.id]}
    return found, asked_verdict.states(found)


def claims(asked: Asked) -> Whole:
    found = asked_verdict.price_claims(asked.connection, _claims(asked), known_at=asked.known_at)
    return found, asked_verdict.price_claim_rows(found)


def _claims(asked: Asked) -> Claims:
    found = asked.own.claims_of(asked.words("claims"))
    if found is None:
        raise Refused(404, "no claims file has this source's id; /api/v1/claims/files lists them")
    return found


def cost(asked: Asked) -> Whole:
    """The bills of the workloads that are set, or of the one that is described."""
    since = asked.given.get("since")
    if since and since > asked.at:
        raise Refused(400, "since is later than the day of the bill")
    try:
        workloads = _workloads(asked)
    except NotAWorkload as e:
        what = "something in monthly" if e.option == "monthly" and e.named else e.option
        raise Refused(400, f"{what or 'model and monthly'} {e.words}") from e
    rows = as_rows(offers.bills(asked.connection, workloads, asked.at, asked.known_at, since))
    found = {"as_of": asked.at.date().isoformat(), "known_at": shown(asked.known_at)}
    return found | {"since": shown(since) if since else None, "bills": rows}, rows


def _workloads(asked: Asked) -> list[Workload]:
    model, monthly, name = asked.words("model"), asked.words("monthly"), asked.words("workload")
    workloads = [described(model, monthly)] if model or monthly else asked.own.workloads
    return named(workloads, [name] if name else [])


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
    key = ("api indexes", replace(question, known_at=asked.given.get("known_at", END_OF_TIME)))
    found, question = reckoned(asked.connection, key, lambda c: (store.answer(c, question), question))
    return asked_index.as_json(found, question), _rows(found, kind)


def _rows(found: store.Answer, kind: str) -> list[dict[str, Any]]:
    if kind == "hosted":
        return [asked_index.hosted_row(row) for row in found.hosted]
    if kind == "premium":
        return [asked_index.premium_row(row) for row in found.premium]
    return asked_index.point_rows(found)
