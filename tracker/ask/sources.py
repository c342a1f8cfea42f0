"""Sources as `sources --json` prints them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from scrapers.source import Source
from tracker.adapters.config.durations import shown_duration
from tracker.adapters.store import Connection, Row, questions
from tracker.domain.health import seen_as
from tracker.domain.model import State


def rows(connection: Connection, enabled: Mapping[str, Source], now: datetime) -> list[dict[str, Any]]:
    """The enabled sources by their ids."""
    found = questions.source_rows(connection)
    return [source_row(source, found.get(id), now) for id, source in sorted(enabled.items())]


def source_row(source: Source, row: Row[Any] | None, now: datetime) -> dict[str, Any]:
    """One source; `row` is the store's, None where it was never looked at."""
    return {
        "id": source.id,
        "kind": source.kind,
        "url": source.shown_url,
        "every": shown_duration(source.every),
        "state": seen_as(State(row.state), row.last_well, source.every, now) if row else State.never,
        "last_look": row.last_look if row else None,
        "last_well": row.last_well if row else None,
        "last_outcome": row.last_outcome if row else "",
        "offers": row.offers if row else 0,
        "next": row.due if row else None,
        "via": source.via,
    }
