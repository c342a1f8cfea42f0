"""Sources that nobody saw well for too long, whatever kept the looks: told once, as any trouble is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scrapers.source import Source
from tracker.adapters.store import Connection
from tracker.adapters.store import sources as states
from tracker.announce import announce_notices
from tracker.domain.health import stale_after
from tracker.domain.model import State
from tracker.domain.notices import trouble_notices
from tracker.domain.settings import Settings


def tell_stale(
    connection: Connection,
    settings: Settings,
    sources: Mapping[str, Source],
    running: datetime,
    now: datetime,
) -> list[str]:
    """Tell of sources that are stale and of which nothing was told; which ones.

    Time before `running`, since when the tracker runs, does not count: nobody looked then.
    """
    patience = {id: stale_after(source.every) for id, source in sources.items()}
    if not patience:
        return []
    told = []
    for row in states.well_before(connection, list(patience), now - min(patience.values())):
        if now - max(row.last_well, running) <= patience[row.id]:
            continue
        words = f"its looks do not come to an end; the last one said: {row.last_outcome}"
        if row.outcome_kind != "well":
            words = row.last_outcome
        notices = trouble_notices(row.id, State.stale, words, row.last_well, base_url=settings.base_url)
        announce_notices(connection, settings, notices, source=row.id, now=now)
        since = {"state": State.stale.value, "state_since": row.last_well}  # the recovery tells since when
        states.set_to(connection, row.id, told=State.stale.value, **since)
        told.append(row.id)
    return told
