"""All tables together: what the migrations lead to."""

from __future__ import annotations

from tracker.adapters.store import tables_alerts, tables_judged
from tracker.adapters.store.tables import metadata

__all__ = ["metadata", "tables_alerts", "tables_judged"]
