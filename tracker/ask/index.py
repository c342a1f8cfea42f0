"""How prices went, as `index --json` prints it."""

from __future__ import annotations

from datetime import date
from typing import Any

from tracker.adapters.store.indexes import OPEN, Answer, Question
from tracker.domain.hosted import Hosted
from tracker.domain.index import Ratio


def as_json(found: Answer, asked: Question) -> dict[str, Any]:
    """All that was asked for; `points` of a series hold from their day on."""
    return {
        "as_of": asked.as_of.isoformat(),
        "known_at": asked.known_at,
        "base": asked.base.isoformat(),
        "series": [
            {
                "index": s.index,
                "provider": s.provider,
                "variant": s.variant.value,
                "points": [
                    {"day": p.day.isoformat(), "value": p.value, "models": p.models} for p in s.points
                ],
            }
            for s in found.series
        ],
        "hosted": [hosted_row(h) for h in found.hosted],
        "premium": [premium_row(r) for r in found.premium],
    }


def hosted_row(row: Hosted) -> dict[str, Any]:
    return {
        "model": row.model,
        "weights": row.weights,
        "day": row.day.isoformat(),
        "own": row.own,
        "window": row.window,
        "median": row.median,
        "least": row.least,
        "hosts": list(row.hosts),
    }


def premium_row(row: Ratio) -> dict[str, Any]:
    return {
        "line": row.line,
        "over": row.over,
        "day": row.day.isoformat(),
        "ratio": row.ratio,
        "price": row.price,
        "over_price": row.over_price,
    }


def point_rows(found: Answer) -> list[dict[str, Any]]:
    """A row a point of the series."""
    return [
        {
            "index": s.index,
            "provider": s.provider,
            "variant": s.variant.value,
            "day": p.day.isoformat(),
            "value": p.value,
            "models": p.models,
        }
        for s in found.series
        for p in s.points
    ]


def by_day(columns: dict[str, list[tuple[date, float]]]) -> list[dict[str, Any]]:
    """One row a day on which anything moved, with what held on it."""
    held: dict[str, float | None] = dict.fromkeys(columns)
    days: dict[date, dict[str, float]] = {}
    for name, points in columns.items():
        for day, value in points:
            days.setdefault(day, {})[name] = round(value, 2)
    rows = []
    for day, moved in sorted(days.items()):
        held |= moved
        rows.append({"day": day.isoformat(), **held})
    return rows


def premiums(found: Answer) -> dict[str, list[tuple[date, float]]]:
    """What each line is times the open leader, by name."""
    columns: dict[str, list[tuple[date, float]]] = {}
    for ratio in found.premium:
        if ratio.over == OPEN[0]:
            columns.setdefault(ratio.line, []).append((ratio.day, ratio.ratio))
    return columns
