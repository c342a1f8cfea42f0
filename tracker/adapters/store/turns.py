"""Turns: what two processes must not do at once, one does after the other."""

from __future__ import annotations

from sqlalchemy import Connection, text

MIGRATING, LOADING, MEANING, JUDGING, VIEWING = 0x4C4C4D51, 0x4C4C4D52, 0x4C4C4D53, 0x4C4C4D54, 0x4C4C4D55


def take_turn(connection: Connection, turn: int) -> None:
    """Wait until no other transaction has this turn, and keep it until the end of this one.

    SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": turn})
