"""Events, rulings, verdicts, coverage, and what was read in archives and articles."""

import sqlalchemy as sa

from alembic import op
from tracker.adapters.store.columns import Money, Utc

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("text", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.Column("key", sa.String(), nullable=False),
        sa.UniqueConstraint("key", name=op.f("uq_events_key")),
        sa.Column("announcement", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("lo", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("hi", sa.String(), nullable=False),
        sa.Column(
            "source",
            sa.String(),
            sa.ForeignKey("sources.id", name=op.f("fk_events_source_sources")),
            nullable=False,
        ),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
    )
    op.create_index("ix_events_provider_events_lo", "events", ["provider", "lo"])
    op.create_table(
        "event_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_rows")),
        sa.Column(
            "event",
            sa.Integer(),
            sa.ForeignKey("events.id", name=op.f("fk_event_rows_event_events")),
            nullable=False,
        ),
        sa.Column(
            "series",
            sa.Integer(),
            sa.ForeignKey("series.id", name=op.f("fk_event_rows_series_series")),
            nullable=False,
        ),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("predecessor", sa.String(), nullable=False),
        sa.Column("before", Money()),
        sa.Column("after", Money()),
        sa.Column("move", sa.Integer(), sa.ForeignKey("moves.id", name=op.f("fk_event_rows_move_moves"))),
        sa.Column(
            "snapshot",
            sa.Integer(),
            sa.ForeignKey("snapshots.id", name=op.f("fk_event_rows_snapshot_snapshots")),
        ),
        sa.Column(
            "source",
            sa.String(),
            sa.ForeignKey("sources.id", name=op.f("fk_event_rows_source_sources")),
            nullable=False,
        ),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
    )
    op.create_index("ix_event_rows_event", "event_rows", ["event"])
    op.create_index("ix_event_rows_move", "event_rows", ["move"])
    op.create_table(
        "rulings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulings")),
        sa.Column(
            "event",
            sa.Integer(),
            sa.ForeignKey("events.id", name=op.f("fk_rulings_event_events")),
            nullable=False,
        ),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
    )
    op.create_index("ix_rulings_event", "rulings", ["event"])
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
        sa.Column("claims", sa.String(), nullable=False),
        sa.Column("prediction", sa.String(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("rollup", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
    )
    op.create_index(
        "ix_verdicts_claims_verdicts_prediction_verdicts_id", "verdicts", ["claims", "prediction", "id"]
    )
    op.create_table(
        "coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
        sa.Column(
            "source",
            sa.String(),
            sa.ForeignKey("sources.id", name=op.f("fk_coverage_source_sources")),
            nullable=False,
        ),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("lo", sa.String(), nullable=False),
        sa.Column("hi", sa.String(), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.UniqueConstraint(
            "source", "provider", "scope", "lo", "hi", name=op.f("uq_coverage_source_provider_scope_lo_hi")
        ),
    )
    op.create_table(
        "captures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
        sa.Column(
            "source",
            sa.String(),
            sa.ForeignKey("sources.id", name=op.f("fk_captures_source_sources")),
            nullable=False,
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.Column(
            "snapshot",
            sa.Integer(),
            sa.ForeignKey("snapshots.id", name=op.f("fk_captures_snapshot_snapshots")),
        ),
        sa.UniqueConstraint("source", "key", name=op.f("uq_captures_source_key")),
    )
    op.create_table(
        "mentions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
        sa.Column(
            "article",
            sa.Integer(),
            sa.ForeignKey("articles.id", name=op.f("fk_mentions_article_articles")),
            nullable=False,
        ),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("meter", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("price", Money()),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.Column("withdrawn_at", Utc()),
        sa.UniqueConstraint("article", "place", name=op.f("uq_mentions_article_place")),
    )
