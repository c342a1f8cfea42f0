"""A prediction as it is answered: its verdict, the evidence with its links, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tracker.domain import market
from tracker.domain.beside import NO_CAUSE, against, levels, rates
from tracker.domain.claims import Claims, Prediction
from tracker.domain.events import Event
from tracker.domain.evidence import Evidence
from tracker.domain.facts import Line
from tracker.domain.model import Status
from tracker.domain.spans import Span
from tracker.domain.verdict import Days, Finding, Verdict, judge

Row = dict[str, Any]
LAST_YEAR = 9999  # of the calendar
SOON = 30  # days before its end in which a horizon is said to end


def answer(
    claims: Claims,
    prediction: Prediction,
    *,
    as_of: date,
    events: Sequence[Event],
    covered: Sequence[Days],
    lines: Iterable[Line] = (),
    spans: Sequence[Span] = (),
) -> Row:
    """What the record says of one prediction: `events`, `covered` of its subject, `spans` of its market."""
    subject = prediction.subject
    row: Row = {
        "kind": prediction.kind,
        "quote": prediction.quote,
        "provider": subject.provider if subject else None,
        "subject": {"provider": subject.provider, "scope": subject.scope} if subject else None,
        "rollup": {},
        "coverage": None,
        "by_definition": {},
        "base_rate": {},
        "horizons": _ends(claims, prediction),
        "ending": _ending(claims, prediction, as_of),
    }
    if prediction.note:
        row["note"] = prediction.note
    if prediction.kind == "not_testable":
        return row | {"rollup": dict.fromkeys(claims.horizons(prediction), "not_testable")}
    if prediction.market is not None:
        return row | _of_market(claims, prediction, spans, as_of)
    known = [e for e in events if e.status is not Status.withdrawn]
    return row | _of_events(claims, prediction, known, covered, lines, as_of)


def _ending(claims: Claims, prediction: Prediction, as_of: date) -> dict[str, str]:
    """The horizons that end within thirty days, with their last day."""
    soon = (as_of + timedelta(days=SOON)).isoformat() if as_of.year < LAST_YEAR else ""
    ends = _ends(claims, prediction)
    return {name: end for name, end in ends.items() if as_of.isoformat() < end <= soon}


def _ends(claims: Claims, prediction: Prediction) -> dict[str, str]:
    """The last day of each horizon that has one."""
    t0 = claims.source.published_at
    return {
        name: (t0 + timedelta(days=n)).isoformat() for name, n in claims.horizons(prediction).items() if n
    }


def _of_events(
    claims: Claims,
    prediction: Prediction,
    events: Sequence[Event],
    covered: Sequence[Days],
    lines: Iterable[Line],
    as_of: date,
) -> Row:
    verdict = judge(claims, prediction, events, as_of, covered)
    counter = against(claims, prediction, events, as_of)
    return {
        "rollup": verdict.rollup,
        "coverage": [len(verdict.cut_plans), len(verdict.plans)] if verdict.plans else None,
        "by_definition": {name: _finding(found) for name, found in verdict.by_definition.items()},
        "base_rate": rates(claims, prediction, events, covered),
        "counter_evidence": {
            "n": sum(e.is_certain for e in counter),
            "evidence": [e.words() for e in counter],
            "links": [_links(e) for e in counter],
        },
        "level": levels(claims, prediction, lines, as_of),
        "uncovered": _uncovered(verdict),
        "caution": NO_CAUSE,
    }


def _finding(found: Finding) -> Row:
    unsure = len(found.counted) - found.n
    return {
        **found.states,
        "first": found.first.isoformat() if found.first else None,
        "n": found.n,
        "evidence": [e.words() for e in found.counted],
        "links": [_links(e) for e in found.counted],
        **({"provisional": unsure} if unsure else {}),
    }


def _links(one: Evidence) -> Row:
    """Where an item of evidence leads: its events, moves, sources and snapshots."""
    return {
        "announcement": one.announcement,
        "lo": one.lo.isoformat(),
        "hi": one.hi.isoformat(),
        "status": "confirmed" if one.is_certain else "provisional",
        "events": [e.id for e in one.events],
        "kinds": sorted({e.kind.value for e in one.events}),
        "moves": sorted({r.move for r in one.rows if r.move}),
        "sources": sorted({r.source for r in one.rows}),
        "snapshots": sorted({r.snapshot for r in one.rows if r.snapshot}),
        "read_from": list(dict.fromkeys(r.label for r in one.rows if r.label)),
    }


def _uncovered(verdict: Verdict) -> dict[str, list[list[str]]]:
    return {h: [[a.isoformat(), b.isoformat()] for a, b in gaps] for h, gaps in verdict.uncovered.items()}


def _of_market(claims: Claims, prediction: Prediction, spans: Sequence[Span], as_of: date) -> Row:
    assert prediction.market is not None
    found = market.evaluate(
        prediction.market,
        spans,
        t0=claims.source.published_at,
        horizons=claims.horizons(prediction),
        as_of=as_of,
        hedged=prediction.kind == "hedged",
    )
    return {
        "rollup": found.rollup,
        "market": {
            "first": found.first.isoformat() if found.first else None,
            "numbers": found.numbers,
            "note": found.note,
            "evidence": [_price_row(s) for s in found.evidence],
        },
        "uncovered": list(found.uncovered),
    }


def _price_row(span: Span) -> Row:
    return {
        "provider": span.series.provider,
        "model": span.model or span.series.model,
        "meter": span.series.meter,
        "price": span.price,
        "valid_from": span.valid_from,
        "source": span.source,
        "snapshot": span.snapshot,
        "read_from": span.label,
    }


def gist(row: Mapping[str, Any]) -> Row:
    """What of an answer makes it another verdict: not the days that pass, but states and evidence."""
    return {
        "rollup": row["rollup"],
        "coverage": row["coverage"],
        "by_definition": {
            name: {key: value for key, value in found.items() if key != "links"}
            for name, found in row["by_definition"].items()
        },
        "against": row.get("counter_evidence", {}).get("evidence", []),
        "ending": row.get("ending", {}),
    }


def why_changed(before: Mapping[str, Any], now: Mapping[str, Any], as_of: date) -> str:
    """In words, why a verdict is another than the last one."""
    old, new = gist(before), gist(now)
    words = []
    for horizon, state in new["rollup"].items():
        was = old["rollup"].get(horizon)
        if was != state:
            words.append(f"{horizon}: {was or 'not judged'} → {state}")
    for name, found in new["by_definition"].items():
        known = old["by_definition"].get(name, {}).get("evidence", [])
        added = [line for lines in found["evidence"] if lines not in known for line in lines]
        gone = [line for lines in known if lines not in found["evidence"] for line in lines]
        words += [f"{name}: new evidence {line}".replace("->", " → ") for line in added]
        words += [f"{name}: no longer evidence {line}".replace("->", " → ") for line in gone]
    if new["against"] != old["against"]:
        words.append("counter-evidence changed")
    words += [f"{h} ends on {day}" for h, day in new["ending"].items() if h not in old["ending"]]
    if not words:
        words.append(f"time passed until {as_of.isoformat()}")
    return "; ".join(words)
