"""Digests, quiet hours and parts of deliveries; since when a channel is set; silences."""

import sqlalchemy as sa

from alembic import op
from tracker.adapters.store.columns import Money, Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _text(name, kind=None):
    return sa.Column(name, kind or sa.String(), nullable=False, server_default="")


def upgrade() -> None:
    # Columns are added in place: to change one, SQLite would drop a table that others refer to.
    op.add_column("alerts", _text("event"))
    # Written before: announcements where a move is named, and else mostly sources in trouble.
    op.execute(
        "UPDATE alerts SET event = CASE WHEN EXISTS "
        "(SELECT 1 FROM alert_moves WHERE alert_moves.alert = alerts.id) THEN 'move' ELSE 'source' END"
    )
    op.add_column("alert_moves", sa.Column("before", Money(), nullable=True))
    op.add_column("alert_moves", _text("reason", sa.Text()))
    op.add_column("deliveries", _text("held_for"))
    op.add_column("deliveries", sa.Column("parts_sent", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "ALTER TABLE deliveries ADD COLUMN part_of VARCHAR "
        "CONSTRAINT fk_deliveries_part_of_deliveries REFERENCES deliveries (id)"
    )
    op.create_index("ix_deliveries_part_of", "deliveries", ["part_of"])
    op.create_table(
        "channels",
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channels")),
        sa.Column("since", Utc(), nullable=False),
        sa.Column("failing_since", Utc()),
        sa.Column("told", sa.Text(), nullable=False),
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.Column("ended_at", Utc()),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
    )
    op.create_table(
        "upcoming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upcoming")),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_upcoming_source_sources")),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["series"], ["series.id"], name=op.f("fk_upcoming_series_series")),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("price", Money(), nullable=False),
        sa.Column("before", Money()),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Integer()),
        sa.ForeignKeyConstraint(["snapshot"], ["snapshots.id"], name=op.f("fk_upcoming_snapshot_snapshots")),
        sa.Column("announced_at", Utc(), nullable=False),
        sa.UniqueConstraint(
            "source", "series", "day", "price", name=op.f("uq_upcoming_source_series_day_price")
        ),
    )
    op.create_index("ix_upcoming_series", "upcoming", ["series"])
