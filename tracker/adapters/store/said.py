"""Where prices were read: the kept page and the words in it; nothing here writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, select

from tracker.adapters.store.tables import prices, snapshots


def said(connection: Connection, rows: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """By the row of a price: the words it was read from, the page that was kept, and its address.

    An address is without what follows a "?", which may be a key.
    """
    columns = (prices.c.id, prices.c.label, prices.c.snapshot, snapshots.c.url)
    kept = select(*columns).outerjoin(snapshots, snapshots.c.id == prices.c.snapshot)
    return {
        row.id: {"snapshot": row.snapshot, "label": row.label, "page": (row.url or "").partition("?")[0]}
        for row in connection.execute(kept.where(prices.c.id.in_(rows)))
    }
