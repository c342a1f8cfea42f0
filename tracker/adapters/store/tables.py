"""What is kept."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    or_,
    text,
)

from tracker.adapters.store.columns import Money, Utc

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# How each source is; one row a source.
sources = Table(
    "sources",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("url", String, nullable=False),
    Column("state", String, nullable=False),
    Column("state_since", Utc, nullable=False),
    Column("due", Utc, nullable=False),  # the next look
    Column("last_look", Utc),
    Column("last_well", Utc),
    Column("last_outcome", Text, nullable=False),
    Column("outcome_kind", String, nullable=False),  # well, or the kind of the error
    Column("fails", Integer, nullable=False),  # looks in a row that were not well
    Column("told", String, nullable=False),  # the trouble that was told and is not over; empty: none
    Column("offers", Integer, nullable=False),
    # Of the last page that was read well, and by which readers: what a conditional request may name.
    Column("well_sha256", String),
    Column("well_snapshot", Integer),
    Column("well_part", String),  # the hash of the part of it that its reader reads
    Column("readers", String, nullable=False),
    Column("read_at", Utc),
    Column("dated", Boolean, nullable=False),  # it states prices that begin or end on a day
    Column("etag", String, nullable=False),
    Column("last_modified", String, nullable=False),
)

# What each look came to; a run of equal outcomes is one row.
looks = Table(
    "looks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, ForeignKey("sources.id"), nullable=False),
    Column("first_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("times", Integer, nullable=False),
    Column("outcome", String, nullable=False),
    Column("words", Text, nullable=False),
    Column("snapshot", Integer, ForeignKey("snapshots.id")),
    Index(None, "source", "id"),
    Index(None, "source", "outcome", "times"),
)

# The bytes, by their hash: zstd, with an earlier body as prefix dictionary where `base` names one.
bodies = Table(
    "bodies",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("base", String, ForeignKey("bodies.sha256")),
    Column("data", LargeBinary, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, ForeignKey("sources.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("url", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("media_type", String, nullable=False),
    Column("charset", String, nullable=False),
    Column("notes", Text, nullable=False),
    Column("sha256", String, ForeignKey("bodies.sha256"), nullable=False),
    Index(None, "source", "id"),
)

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("provider", String, nullable=False),
    Column("model", String, nullable=False),
    Column("model_folded", String, nullable=False),  # letters and digits only: what a person may type
    Column("meter", String, nullable=False),
    Column("tier", String, nullable=False),
    Column("context", String, nullable=False),
    Column("window", String, nullable=False),
    Column("region", String, nullable=False),
    Column("billing", String, nullable=False),
    Column("currency", String, nullable=False),
    Index(None, "provider", "model"),
    Index(None, "model_folded"),
)

# A price is one row for as long as it held. Valid time: valid_from, valid_to. Recorded time: recorded_at,
# closed_at (when we learned valid_to), withdrawn_at (when we learned that the row was wrong).
_open = text("valid_to IS NULL AND withdrawn_at IS NULL")
# What may hold now: what is open, and the few whose end was known before it came.
_now = text("withdrawn_at IS NULL AND (valid_to IS NULL OR valid_to > closed_at)")


def _of_now(name: str, *columns: str) -> Index:
    """An index of the prices that hold now: most questions are about these, and they are few among all."""
    return Index(f"ix_prices_now_{name}", *columns, sqlite_where=_now, postgresql_where=_now)


prices = Table(
    "prices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, ForeignKey("sources.id"), nullable=False),
    Column("series", Integer, ForeignKey("series.id"), nullable=False),
    Column("basis", String, nullable=False),
    Column("price", Money, nullable=False),
    Column("model", String, nullable=False),  # as printed
    Column("label", Text, nullable=False),
    Column("promo_until", String, nullable=False),
    Column("valid_from", Utc, nullable=False),
    Column("valid_to", Utc),
    Column("recorded_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("withdrawn_at", Utc),
    Column("snapshot", Integer, ForeignKey("snapshots.id")),
    Column("missing", Integer, nullable=False),  # well looks in a row that did not list it
    Column("missing_since", Utc),
    Index("uq_prices_open", "source", "series", unique=True, sqlite_where=_open, postgresql_where=_open),
    _of_now("source", "source", "series"),
    _of_now("series", "series"),
    # Where rows are read in an order, `id` is part of it, and so of the index.
    _of_now("price", "price", "id"),
    _of_now("valid_from", "valid_from", "id"),
    Index(None, "series", "valid_from"),
    Index(None, "source", "series", "valid_from"),
    Index(None, "price", "id"),
    Index(None, "valid_from", "id"),
)
may_hold_now = and_(  # as the indexes of what holds now say it
    prices.c.withdrawn_at.is_(None),
    or_(prices.c.valid_to.is_(None), prices.c.valid_to > prices.c.closed_at),
)

_pending = "status IN ('provisional', 'held')"
moves = Table(
    "moves",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, ForeignKey("sources.id"), nullable=False),
    Column("series", Integer, ForeignKey("series.id"), nullable=False),
    Column("before", Money, nullable=False),
    Column("after", Money, nullable=False),
    Column("at", Utc, nullable=False),
    Column("not_before", Utc),
    Column("recorded_at", Utc, nullable=False),
    Column("status", String, nullable=False),
    Column("status_at", Utc, nullable=False),
    Column("reason", Text, nullable=False),
    Column("event", String, nullable=False),
    Column("model", String, nullable=False),  # as printed
    Column("label", Text, nullable=False),
    Column("promo_until", String, nullable=False),
    Column("snapshot", Integer, ForeignKey("snapshots.id")),
    Column("confirmed_by", Integer, ForeignKey("snapshots.id")),
    Index(
        "uq_moves_pending",
        "source",
        "series",
        unique=True,
        sqlite_where=text(_pending),
        postgresql_where=text(_pending),
    ),
    Index(None, "recorded_at"),
    Index(None, "series"),
    *(Index(None, *by, "at", "id") for by in ((), ("status",), ("event",), ("source",))),
)

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, ForeignKey("sources.id"), nullable=False),
    Column("guid", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("published_at", Utc),
    Column("first_seen", Utc, nullable=False),
    Column("updated_at", Utc),
    Column("snapshot", Integer, ForeignKey("snapshots.id")),
    Column("text", Text, nullable=False, server_default=""),
    UniqueConstraint("source", "guid"),
)

# Who runs on this store: one row.
daemon = Table(
    "daemon",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("beat_at", Utc, nullable=False),
)
