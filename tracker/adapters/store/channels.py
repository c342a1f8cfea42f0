"""The channels that are set: since when, and how each is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from tracker.adapters.store import upsert
from tracker.adapters.store.tables_alerts import channels
from tracker.domain.channel_trouble import Standing


def enrol(connection: Connection, names: Sequence[str], now: datetime) -> None:
    """Keep since when a channel is set. One that is left out for a while keeps its beginning."""
    upsert.ignore(connection, channels, [{"name": n, "since": now, "told": ""} for n in names])


def standing(connection: Connection, name: str) -> Standing:
    """How a channel is."""
    row = connection.execute(select(channels).where(channels.c.name == name)).first()
    return Standing(row.failing_since, row.told) if row else Standing()


def set_standing(connection: Connection, name: str, now: Standing) -> None:
    connection.execute(
        update(channels).where(channels.c.name == name).values(failing_since=now.failing_since, told=now.told)
    )
