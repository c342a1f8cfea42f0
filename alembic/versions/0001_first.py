"""The first schema."""

import sqlalchemy as sa

from alembic import op
from tracker.adapters.store.columns import Money, Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bodies",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("base", sa.String(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["base"], ["bodies.sha256"], name=op.f("fk_bodies_base_bodies")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_bodies")),
    )
    op.create_table(
        "daemon",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", Utc(), nullable=False),
        sa.Column("beat_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daemon")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("model_folded", sa.String(), nullable=False),
        sa.Column("meter", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("context", sa.String(), nullable=False),
        sa.Column("window", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("billing", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("key", name=op.f("uq_series_key")),
    )
    op.create_index(op.f("ix_series_model_folded"), "series", ["model_folded"], unique=False)
    op.create_index(op.f("ix_series_provider_series_model"), "series", ["provider", "model"], unique=False)
    op.create_table(
        "sources",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_since", Utc(), nullable=False),
        sa.Column("due", Utc(), nullable=False),
        sa.Column("last_look", Utc(), nullable=True),
        sa.Column("last_well", Utc(), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=False),
        sa.Column("outcome_kind", sa.String(), nullable=False),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("well_sha256", sa.String(), nullable=True),
        sa.Column("well_snapshot", sa.Integer(), nullable=True),
        sa.Column("readers", sa.String(), nullable=False),
        sa.Column("read_at", Utc(), nullable=True),
        sa.Column("dated", sa.Boolean(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_alerts_source_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("charset", sa.String(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["bodies.sha256"], name=op.f("fk_snapshots_sha256_bodies")),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_snapshots_source_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
    )
    op.create_index(op.f("ix_snapshots_source_snapshots_id"), "snapshots", ["source", "id"], unique=False)
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("published_at", Utc(), nullable=True),
        sa.Column("first_seen", Utc(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=True),
        sa.Column("snapshot", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["snapshot"], ["snapshots.id"], name=op.f("fk_articles_snapshot_snapshots")),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_articles_source_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("source", "guid", name=op.f("uq_articles_source_guid")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("alert", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", Utc(), nullable=True),
        sa.Column("tried_at", Utc(), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=False),
        sa.Column("claimed_until", Utc(), nullable=True),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("sent_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_deliveries_alert_alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("alert", "channel", name=op.f("uq_deliveries_alert_channel")),
    )
    op.create_index(
        op.f("ix_deliveries_channel_deliveries_sent_at"), "deliveries", ["channel", "sent_at"], unique=False
    )
    op.create_index(
        op.f("ix_deliveries_state_deliveries_channel"), "deliveries", ["state", "channel"], unique=False
    )
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("first_at", Utc(), nullable=False),
        sa.Column("last_at", Utc(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["snapshot"], ["snapshots.id"], name=op.f("fk_looks_snapshot_snapshots")),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_looks_source_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
    )
    op.create_index(op.f("ix_looks_source_looks_id"), "looks", ["source", "id"], unique=False)
    op.create_table(
        "moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("before", Money(), nullable=False),
        sa.Column("after", Money(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("not_before", Utc(), nullable=True),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_at", Utc(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("promo_until", sa.String(), nullable=False),
        sa.Column("snapshot", sa.Integer(), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["snapshots.id"], name=op.f("fk_moves_confirmed_by_snapshots")
        ),
        sa.ForeignKeyConstraint(["series"], ["series.id"], name=op.f("fk_moves_series_series")),
        sa.ForeignKeyConstraint(["snapshot"], ["snapshots.id"], name=op.f("fk_moves_snapshot_snapshots")),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_moves_source_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moves")),
    )
    op.create_index(op.f("ix_moves_recorded_at"), "moves", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_moves_series"), "moves", ["series"], unique=False)
    op.create_index(
        "uq_moves_pending",
        "moves",
        ["source", "series"],
        unique=True,
        sqlite_where=sa.text("status IN ('provisional', 'held')"),
        postgresql_where=sa.text("status IN ('provisional', 'held')"),
    )
    op.create_table(
        "prices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("price", Money(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("promo_until", sa.String(), nullable=False),
        sa.Column("valid_from", Utc(), nullable=False),
        sa.Column("valid_to", Utc(), nullable=True),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("withdrawn_at", Utc(), nullable=True),
        sa.Column("snapshot", sa.Integer(), nullable=True),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("missing_since", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["series"], ["series.id"], name=op.f("fk_prices_series_series")),
        sa.ForeignKeyConstraint(["snapshot"], ["snapshots.id"], name=op.f("fk_prices_snapshot_snapshots")),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_prices_source_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prices")),
    )
    op.create_index(
        op.f("ix_prices_series_prices_valid_from"), "prices", ["series", "valid_from"], unique=False
    )
    op.create_index(
        "uq_prices_open",
        "prices",
        ["source", "series"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "alert_moves",
        sa.Column("alert", sa.Integer(), nullable=False),
        sa.Column("move", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_alert_moves_alert_alerts")),
        sa.ForeignKeyConstraint(["move"], ["moves.id"], name=op.f("fk_alert_moves_move_moves")),
        sa.PrimaryKeyConstraint("alert", "move", name=op.f("pk_alert_moves")),
    )
    op.create_index(op.f("ix_alert_moves_move"), "alert_moves", ["move"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_alert_moves_move"), table_name="alert_moves")
    op.drop_table("alert_moves")
    op.drop_index(
        "uq_prices_open",
        table_name="prices",
        sqlite_where=sa.text("valid_to IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL AND withdrawn_at IS NULL"),
    )
    op.drop_index(op.f("ix_prices_series_prices_valid_from"), table_name="prices")
    op.drop_table("prices")
    op.drop_index(
        "uq_moves_pending",
        table_name="moves",
        sqlite_where=sa.text("status IN ('provisional', 'held')"),
        postgresql_where=sa.text("status IN ('provisional', 'held')"),
    )
    op.drop_index(op.f("ix_moves_series"), table_name="moves")
    op.drop_index(op.f("ix_moves_recorded_at"), table_name="moves")
    op.drop_table("moves")
    op.drop_index(op.f("ix_looks_source_looks_id"), table_name="looks")
    op.drop_table("looks")
    op.drop_index(op.f("ix_deliveries_state_deliveries_channel"), table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_channel_deliveries_sent_at"), table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_table("articles")
    op.drop_index(op.f("ix_snapshots_source_snapshots_id"), table_name="snapshots")
    op.drop_table("snapshots")
    op.drop_table("alerts")
    op.drop_table("sources")
    op.drop_index(op.f("ix_series_provider_series_model"), table_name="series")
    op.drop_index(op.f("ix_series_model_folded"), table_name="series")
    op.drop_table("series")
    op.drop_table("daemon")
    op.drop_table("bodies")
