"""Indexes for what people look through in stores of many years."""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NOW = sa.text("withdrawn_at IS NULL AND (valid_to IS NULL OR valid_to > closed_at)")
_OF_NOW = {"source": ["source", "series"], "series": ["series"], "price": ["price", "id"]}
_OF_NOW |= {"valid_from": ["valid_from", "id"]}
_ALL = {
    "prices": [["source", "series", "valid_from"], ["price", "id"], ["valid_from", "id"]],
    "moves": [["at", "id"], ["status", "at", "id"], ["event", "at", "id"], ["source", "at", "id"]],
    "events": [["day", "id"], ["kind", "day", "id"], ["provider", "day", "id"]],
    "event_rows": [["series"]],
    "looks": [["source", "outcome", "times"]],
}


def upgrade() -> None:
    for name, columns in _OF_NOW.items():
        op.create_index(f"ix_prices_now_{name}", "prices", columns, sqlite_where=_NOW, postgresql_where=_NOW)
    for table, indexes in _ALL.items():
        for columns in indexes:
            names = "_".join(f"{table}_{column}" for column in columns)
            op.create_index(f"ix_{names}", table, columns)
