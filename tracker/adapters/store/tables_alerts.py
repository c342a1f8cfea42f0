"""What is kept of alerts: what was written to whom, how far it came, and what was asked to be silent."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from tracker.adapters.store.columns import Money, Utc
from tracker.adapters.store.tables import metadata

# One row a message to one channel: an announcement, a notice, or a digest of several of them.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", Utc, nullable=False),
    Column("source", String, ForeignKey("sources.id")),
    Column("event", String, nullable=False, server_default=""),  # "move", or a word of domain.settings.EVENTS
    Column("rule", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("message", Text, nullable=False),  # JSON of domain.alerts.Message
)

# The moves that an alert tells, as it tells them: compared with what its channel was told before.
alert_moves = Table(
    "alert_moves",
    metadata,
    Column("alert", Integer, ForeignKey("alerts.id"), primary_key=True),
    Column("move", Integer, ForeignKey("moves.id"), primary_key=True),
    Column("before", Money),  # absent: the move's own
    Column("reason", Text, nullable=False, server_default=""),  # empty: the move's own
    Index(None, "move"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String, primary_key=True),  # a UUID: the same at every try
    Column("alert", Integer, ForeignKey("alerts.id"), nullable=False),
    Column("channel", String, nullable=False),
    Column("state", String, nullable=False),  # waiting, sent, dead
    Column("attempts", Integer, nullable=False),
    Column("next_try", Utc),
    Column("tried_at", Utc),
    Column("claimed_by", String, nullable=False),
    Column("claimed_until", Utc),
    Column("uncertain", Boolean, nullable=False),  # a try ended without an answer: it may arrive twice
    Column("last_error", Text, nullable=False),
    Column("sent_at", Utc),
    # Held back for a digest or a quiet hour, to be sent as one with the others of its rule; else empty.
    Column("held_for", String, nullable=False, server_default=""),
    Column("part_of", String, ForeignKey("deliveries.id")),  # the digest that it is sent in
    Column("parts_sent", Integer, nullable=False, server_default="0"),  # of a message in several parts
    UniqueConstraint("alert", "channel"),
    Index(None, "state", "channel"),
    Index(None, "channel", "sent_at"),
    Index(None, "part_of"),
)

# Since when a channel is set, and the trouble that was told of it and is not over; empty: none.
channels = Table(
    "channels",
    metadata,
    Column("name", String, primary_key=True),
    Column("since", Utc, nullable=False),
    Column("failing_since", Utc),  # no try got through since then
    Column("told", Text, nullable=False),
)

# What nobody wants to hear of until a moment: what matches every filter that is not empty.
silences = Table(
    "silences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    Column("ended_at", Utc),  # by hand, before its time
    Column("provider", String, nullable=False),
    Column("model", String, nullable=False),  # a glob
    Column("rule", String, nullable=False),
    Column("why", Text, nullable=False),
)

# What pages announced for a later day, each of it once: told when it is first seen.
upcoming = Table(
    "upcoming",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, ForeignKey("sources.id"), nullable=False),
    Column("series", Integer, ForeignKey("series.id"), nullable=False),
    Column("day", String, nullable=False),  # from which it is to hold
    Column("price", Money, nullable=False),
    Column("before", Money),  # in force when it was announced; absent: none
    Column("model", String, nullable=False),  # as printed
    Column("label", Text, nullable=False),
    Column("snapshot", Integer, ForeignKey("snapshots.id")),
    Column("announced_at", Utc, nullable=False),
    UniqueConstraint("source", "series", "day", "price"),
    Index(None, "series"),
)
