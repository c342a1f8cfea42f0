"""What is kept of events and verdicts, and of what archives and articles said: rows are only added."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from tracker.adapters.store.columns import Money, Utc
from tracker.adapters.store.tables import metadata

# What moves mean: one row a kind of an announcement. Days are ISO text in UTC: it happened in [lo, hi], and
# `day` is the best guess. `status` is what it began with; rulings come after it.
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),  # what makes it the same event when it is read again
    Column("announcement", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("lo", String, nullable=False),
    Column("day", String, nullable=False),
    Column("hi", String, nullable=False),
    Column("source", String, ForeignKey("sources.id"), nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("status", String, nullable=False),
    Column("why", Text, nullable=False),
    Index(None, "provider", "lo"),
    *(Index(None, *by, "day", "id") for by in ((), ("kind",), ("provider",))),
)

# A price of an event. `before` is the same price until then, or the predecessor's where one is named.
event_rows = Table(
    "event_rows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event", Integer, ForeignKey("events.id"), nullable=False),
    Column("series", Integer, ForeignKey("series.id"), nullable=False),
    Column("model", String, nullable=False),  # as printed
    Column("predecessor", String, nullable=False),
    Column("before", Money),
    Column("after", Money),
    Column("move", Integer, ForeignKey("moves.id")),
    Column("snapshot", Integer, ForeignKey("snapshots.id")),
    Column("source", String, ForeignKey("sources.id"), nullable=False),
    Column("label", Text, nullable=False),  # the text or the reference that it was read from
    Column("recorded_at", Utc, nullable=False),
    Index(None, "event"),
    Index(None, "move"),
    Index(None, "series"),
)

# What a person or a rule said of an event afterwards; the last one holds.
rulings = Table(
    "rulings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event", Integer, ForeignKey("events.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("status", String, nullable=False),
    Column("by", String, nullable=False),  # person, or the rule
    Column("why", Text, nullable=False),
    Index(None, "event"),
)

# What a prediction came to, a row whenever it came to something else.
verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("claims", String, nullable=False),  # the id of the claims file's source
    Column("prediction", String, nullable=False),
    Column("as_of", String, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("file_sha256", String, nullable=False),
    Column("rollup", Text, nullable=False),  # JSON: horizon → state
    Column("body", Text, nullable=False),  # JSON: the whole prediction as it was shown
    Column("why", Text, nullable=False),
    Index(None, "claims", "prediction", "id"),
)

# Which days of a provider's prices a collection of facts has looked through; looks cover the rest.
coverage = Table(
    "coverage",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, ForeignKey("sources.id"), nullable=False),
    Column("provider", String, nullable=False),
    Column("scope", String, nullable=False),  # api, subscription
    Column("lo", String, nullable=False),
    Column("hi", String, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    UniqueConstraint("source", "provider", "scope", "lo", "hi"),
)

# The captures of an archive that were fetched, so that a backfill goes on where it was stopped.
captures = Table(
    "captures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, ForeignKey("sources.id"), nullable=False),
    Column("key", String, nullable=False),  # the archive's name of it: a timestamp, a commit
    Column("at", Utc, nullable=False),  # when the archive took it
    Column("digest", String, nullable=False),
    Column("outcome", String, nullable=False),  # well, or the kind of the error
    Column("words", Text, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("snapshot", Integer, ForeignKey("snapshots.id")),
    UniqueConstraint("source", "key"),
)

# The prices that an article states, and the providers that it names (no price). When an article is edited
# the rows of its old text are withdrawn, and those of the new one go on counting.
mentions = Table(
    "mentions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article", Integer, ForeignKey("articles.id"), nullable=False),
    Column("place", Integer, nullable=False),  # in the order of the text, from 0
    Column("quote", Text, nullable=False),
    Column("provider", String, nullable=False),  # empty where the article does not say
    Column("model", String, nullable=False),
    Column("meter", String, nullable=False),
    Column("terms", String, nullable=False),  # JSON of what is not standard
    Column("price", Money),
    Column("currency", String, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("withdrawn_at", Utc),  # when the article no longer said so
    UniqueConstraint("article", "place"),
)
