"""What `events --explain` prints: the cuts that a differ of prices reports, and what each of them is."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Any

from tracker.adapters.store import Connection
from tracker.adapters.store import events as store
from tracker.adapters.store.spans import spans_of
from tracker.cli.output import Form, emit, print_json
from tracker.domain.events import component_of
from tracker.domain.model_names import plain
from tracker.domain.naive import Apparent, Explained, explain
from tracker.domain.witnesses import fold

COLUMNS = ("day", "provider", "model", "component", "before", "after", "pct", "label", "counted", "why")


def explained(
    connection: Connection, known_at: datetime, *, provider: str, model: str, days: tuple[date | None, date]
) -> Explained:
    """The cuts of the record as it was known, narrowed to a provider, a model and days."""
    since, until = days
    providers = [provider.casefold()] if provider else []
    spans = spans_of(connection, known_at, providers=providers)
    events = store.find(connection, known_at, providers=providers)
    found = explain(spans, events, until)
    maker, _, name = model.rpartition("/")
    return found.narrowed(
        lambda row: (
            (not since or row.day >= since)
            and (not maker or row.series.provider == maker.casefold())
            and (not name or fold(name) in (fold(plain(row.series.model)), fold(row.model)))
        )
    )


def print_explained(found: Explained, form: Form) -> None:
    """All of it as JSON; the rows as CSV; as a table, and the totals after it."""
    rows = [_row(row) for row in found.rows]
    if form is Form.json:
        print_json({"naive": found.naive, "cleaned": found.cleaned, "by_label": found.by_label, "rows": rows})
        return
    emit(rows, form, columns=COLUMNS, empty="no price is recorded that fell")
    if form is Form.table:
        labels = ", ".join(f"{count} {label}" for label, count in found.by_label.items())
        sys.stdout.write(
            f"{found.naive} cuts by a plain differ, {found.cleaned} by what is known of them ({labels})\n"
        )


def _row(row: Apparent) -> dict[str, Any]:
    terms = " ".join(v for k, v in row.series.terms.as_dict().items() if k != "context")
    return {
        "day": row.day.isoformat(),
        "provider": row.series.provider,
        "model": row.model or row.series.model,
        "component": f"{component_of(row.series)} {terms}".rstrip(),
        "before": row.before,
        "after": row.after,
        "pct": float(row.pct),
        "label": row.label,
        "effective": row.effective.isoformat() if row.effective else None,
        "counted": row.counted,
        "event": row.event.id if row.event else None,
        "why": row.why,
        "sources": list(row.sources),
    }
