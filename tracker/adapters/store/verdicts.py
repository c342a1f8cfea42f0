"""What verdicts are made of, and the verdicts that were recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select

from tracker.adapters import facts
from tracker.adapters.store import events
from tracker.adapters.store.spans import spans_of
from tracker.adapters.store.tables import looks, sources
from tracker.adapters.store.tables_judged import captures, coverage, event_rows, rulings, verdicts
from tracker.adapters.store.tables_judged import events as all_events
from tracker.domain import market
from tracker.domain.answers import answer
from tracker.domain.claims import Claims, Prediction
from tracker.domain.days import end_of
from tracker.domain.facts import GATHERED
from tracker.domain.price_verdicts import judge as judge_price
from tracker.domain.spans import Span
from tracker.domain.verdict import Days

_SCOPES = {"api": ("providers", "archives"), "subscription": ("plans", "archives")}
LOOKS_APART = timedelta(days=2)  # looks this near leave no day between them unseen
CAPTURES_APART = timedelta(days=45)


def answers(connection: Connection, claims: Claims, *, as_of: date, known_at: datetime) -> dict[str, Any]:
    """Every prediction of a claims file as of the end of a day, as recorded by `known_at`."""
    found = {p.id: _answer(connection, claims, p, as_of, known_at) for p in claims.predictions}
    return {
        "as_of": as_of.isoformat(),
        "known_at": known_at,
        "source": claims.source.id,
        "file_sha256": claims.sha256,
        "definitions": {name: d.says for name, d in claims.definitions.items()},
        "record_begins": connection.scalar(select(func.min(all_events.c.recorded_at))),
        "predictions": found,
    }


def _answer(
    connection: Connection, claims: Claims, prediction: Prediction, as_of: date, known_at: datetime
) -> dict[str, Any]:
    if prediction.market is not None:
        spans = _market(connection, claims, prediction, as_of, known_at)
        return answer(claims, prediction, as_of=as_of, events=(), covered=(), spans=spans)
    subject = prediction.subject
    if subject is None:
        return answer(claims, prediction, as_of=as_of, events=(), covered=())
    return answer(
        claims,
        prediction,
        as_of=as_of,
        events=events.find(connection, known_at, providers=(subject.provider,)),
        covered=covered(connection, subject.provider, subject.scope, known_at),
        lines=facts.lines() if known_at >= GATHERED else (),
    )


def _market(
    connection: Connection, claims: Claims, prediction: Prediction, as_of: date, known_at: datetime
) -> list[Span]:
    """The prices that a market's test looks at."""
    needs = market.needs(prediction.market)
    if needs.nothing:
        return []
    ask = partial(
        spans_of,
        connection,
        known_at,
        providers=needs.providers,
        models=needs.models,
        meters=needs.meters,
        globs=needs.globs,
    )
    if not needs.at_ends:
        return ask()
    ends = [claims.source.published_at, as_of]
    ends += [ends[0] + timedelta(days=n) for n in claims.horizons(prediction).values() if n]
    moments = [end_of(day) for day in ends if day <= as_of]
    found = ask(at=moments)
    told = {(s.series.provider, m) for s in found for m in moments if s.holds(m)}
    everywhere = all((provider, m) in told for provider in needs.providers for m in moments)
    return found if everywhere else ask()


def price_answers(connection: Connection, claims: Claims, *, known_at: datetime) -> dict[str, Any]:
    """The article's own figures against the prices that were recorded for its day."""
    at = datetime.combine(claims.source.published_at, time(12), UTC)
    wanted = sorted({name for claim in claims.price_claims for name in claim.models})
    spans = spans_of(connection, known_at, models=wanted) if wanted else []
    return {c.id: judge_price(c, spans, at).as_dict() for c in claims.price_claims}


def covered(connection: Connection, provider: str, scope: str, known_at: datetime) -> list[Days]:
    """The days on which a provider's prices were looked at, or are covered by facts; merged, in order."""
    spans = [
        (date.fromisoformat(row.lo), date.fromisoformat(row.hi))
        for row in connection.execute(
            select(coverage.c.lo, coverage.c.hi).where(
                coverage.c.provider == provider,
                coverage.c.scope == scope,
                coverage.c.recorded_at <= known_at,
            )
        )
    ]
    of_it = sources.c.provider == provider, sources.c.kind.in_(_SCOPES[scope])
    own = select(sources.c.id).where(*of_it)
    well = connection.execute(
        select(looks.c.first_at, looks.c.last_at)
        .where(looks.c.source.in_(own), looks.c.outcome == "well", looks.c.first_at <= known_at)
        .order_by(looks.c.first_at)
    )
    spans += _merged([(r.first_at.date(), min(r.last_at, known_at).date()) for r in well], LOOKS_APART)
    taken = connection.execute(
        select(captures.c.at)
        .where(captures.c.source.in_(own), captures.c.outcome == "well", captures.c.recorded_at <= known_at)
        .order_by(captures.c.at)
    )
    spans += _merged([(r.at.date(), r.at.date()) for r in taken], CAPTURES_APART)
    return _merged(sorted(spans), timedelta(days=1))


def _merged(spans: Sequence[Days], apart: timedelta) -> list[Days]:
    """Spans of days in order, joined where at most `apart` lies between them."""
    found: list[Days] = []
    for lo, hi in spans:
        if found and lo - found[-1][1] <= apart:
            found[-1] = (found[-1][0], max(found[-1][1], hi))
        else:
            found.append((lo, hi))
    return found


def newest_event(connection: Connection) -> tuple[int, int]:
    """What grows whenever an event is recorded or ruled on."""
    rows, ruled = (connection.scalar(select(func.max(table.c.id))) or 0 for table in (event_rows, rulings))
    return rows, ruled


def last(connection: Connection, claims: str, prediction: str) -> dict[str, Any] | None:
    """The last recorded verdict of a prediction: its body, as_of and file_sha256."""
    row = connection.execute(
        select(verdicts)
        .where(verdicts.c.claims == claims, verdicts.c.prediction == prediction)
        .order_by(verdicts.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return {"as_of": row.as_of, "file_sha256": row.file_sha256, "body": json.loads(row.body)}


def last_rollup(connection: Connection, claims: str, prediction: str) -> dict[str, str] | None:
    """The state a horizon of the last recorded verdict; None where none was recorded."""
    newest = (
        select(verdicts.c.rollup)
        .where(verdicts.c.claims == claims, verdicts.c.prediction == prediction)
        .order_by(verdicts.c.id.desc())
        .limit(1)
    )
    found = connection.scalar(newest)
    return None if found is None else json.loads(found)


def put(
    connection: Connection,
    claims: Claims,
    prediction: str,
    body: Mapping[str, Any],
    *,
    as_of: date,
    why: str,
    at: datetime,
) -> None:
    """Write a verdict beside the earlier ones."""
    connection.execute(
        verdicts.insert().values(
            claims=claims.source.id,
            prediction=prediction,
            as_of=as_of.isoformat(),
            recorded_at=at,
            file_sha256=claims.sha256,
            rollup=json.dumps(body["rollup"]),
            body=json.dumps(body, default=str),
            why=why,
        )
    )


def recorded(connection: Connection, known_at: datetime, prediction: str = "") -> list[dict[str, Any]]:
    """The verdicts as they were recorded, the newest first."""
    columns = [column for column in verdicts.c if column.name != "body"]  # which is long
    statement = select(*columns).where(verdicts.c.recorded_at <= known_at).order_by(verdicts.c.id.desc())
    if prediction:
        statement = statement.where(verdicts.c.prediction == prediction)
    return [
        {
            "id": row.id,
            "claims": row.claims,
            "prediction": row.prediction,
            "as_of": row.as_of,
            "recorded_at": row.recorded_at,
            "file_sha256": row.file_sha256,
            "rollup": json.loads(row.rollup),
            "why": row.why,
        }
        for row in connection.execute(statement)
    ]
