"""The chart of an alert as a picture."""

from __future__ import annotations

import asyncio

from tracker.adapters import charts
from tracker.adapters.edges import Edges
from tracker.adapters.store import charted
from tracker.domain.move_chart import WIDTHS, move_chart

MOST_BYTES = 200_000  # beyond it a message goes without


async def picture_of(edges: Edges, alert: int) -> bytes | None:
    """The PNG of the biggest moved model that an alert tells, drawn off the event loop; None: no move.

    An alert is never held up by its picture: what cannot be drawn is left out. Raises TrackerError if the
    store fails.
    """
    now = edges.clock.now()
    found = await edges.ask(charted.of_alert, alert, now)
    if found is None or not found.moves:
        return None
    spec = move_chart(found.moves, found.spans, until=now, width=WIDTHS[0])
    return await asyncio.to_thread(charts.picture, spec, MOST_BYTES)
