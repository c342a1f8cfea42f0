"""The charts on the page of a verdict, from what is answered and what was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from typing import Any

from tracker.domain import wording
from tracker.domain.chart_frame import Frame, Spec, Theme
from tracker.domain.claims import Claims, Prediction
from tracker.domain.evidence import for_people
from tracker.domain.verdict_charts import Found, Stood, evidence_chart, rate_chart, timeline_chart
from tracker.web.as_of import AsOf
from tracker.web.charts import figure

Row = Mapping[str, Any]


def anchor(name: str, number: int) -> str:
    """Where an announcement stands in the page."""
    return f"{name}-{number + 1}"


def evidence(claims: Claims, row: Row, clocks: AsOf) -> Any:
    """Cuts and rises by their days; nothing where the day that is asked for lies before them all."""
    named = [(name, f, False) for name, f in row["by_definition"].items()]
    named += [("against", row["counter_evidence"], True)] if row.get("counter_evidence") else []
    found = [
        Found(
            date.fromisoformat(link["lo"]),
            wording.harmless(for_people("; ".join(lines)), 160),
            f"#{anchor(name, number)}",
            is_rise,
        )
        for name, finding, is_rise in named
        for number, (lines, link) in enumerate(zip(finding["evidence"], finding["links"], strict=True))
    ]
    if not named or clocks.day <= claims.source.published_at:
        return ""
    uncovered = row.get("uncovered")
    gaps = list(chain.from_iterable(uncovered.values())) if isinstance(uncovered, Mapping) else []

    def draw(theme: Theme, width: int) -> Spec:
        frame = Frame(
            "What followed the article",
            "announcements by the day on which they took effect; grey: days on which nobody looked",
            "", theme=theme, width=width, height=150,
        )  # fmt: skip
        return evidence_chart(
            found,
            frame,
            since=claims.source.published_at,
            until=clocks.day,
            ends=row["horizons"],
            unseen=gaps,
        )

    return figure(draw, "evidence-chart")


def rate(claims: Claims, one: Prediction, row: Row) -> Any:
    """The curve of the base rate; nothing where it is not known."""
    rate = row["base_rate"]
    if "any" not in rate:
        return ""
    horizons = {name: days for name, days in claims.horizons(one).items() if days}
    tested = [row["by_definition"][name]["first"] for name in one.test_with if name in row["by_definition"]]
    days = [(date.fromisoformat(day) - claims.source.published_at).days for day in tested if day]

    def draw(theme: Theme, width: int) -> Spec:
        frame = Frame(
            "How likely it was anyway",
            f"at least one announcement, had all gone on as in {' to '.join(rate['window'])}: "
            f"{rate['any']['n']} in {rate['days']} days",
            "chance", theme=theme, width=width, height=260,
        )  # fmt: skip
        return rate_chart(
            rate["any"]["n"], rate["days"], frame, horizons=horizons, first=min(days, default=None)
        )

    return figure(draw, "rate-chart")


def timeline(recorded: Sequence[Row], until: datetime) -> Any:
    """Of two records at least: one alone is said in the table."""
    if len(recorded) < 2:
        return ""
    ordered = list(reversed(recorded))
    ends = [r["recorded_at"] for r in ordered[1:]] + [until]
    stood = [
        Stood(horizon, state, r["recorded_at"], max(end, r["recorded_at"]), wording.harmless(r["why"], 120))
        for r, end in zip(ordered, ends, strict=True)
        for horizon, state in r["rollup"].items()
    ]
    bands = _joined(stood)

    def draw(theme: Theme, width: int) -> Spec:
        words = "the verdict from each record until the next; nothing recorded is ever changed"
        frame = Frame("The verdict as it was recorded", words, "", theme=theme, width=width)
        return timeline_chart(bands, frame)

    return figure(draw, "timeline-chart")


def _joined(stood: Sequence[Stood]) -> list[Stood]:
    """Records of a horizon that say the same, one after another, as one."""
    found: dict[str, list[Stood]] = {}
    for one in stood:
        own = found.setdefault(one.horizon, [])
        if own and own[-1].state == one.state:
            own[-1] = replace(own[-1], until=one.until)
        else:
            own.append(one)
    return list(chain.from_iterable(found.values()))
