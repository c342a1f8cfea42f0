"""Indexes for what people look through in stores of many years."""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OPEN = sa.text("valid_to IS NULL AND withdrawn_at IS NULL")
_OF_OPEN = {
    "ix_prices_open_series": ["series"],
    "ix_prices_open_price": ["price", "id"],
    "ix_prices_open_valid_from": ["valid_from", "id"],
}
_ALL = {
    "prices": [["source", "series", "valid_from"], ["price", "id"], ["valid_from", "id"]],
    "moves": [["at", "id"], ["status", "at", "id"], ["event", "at", "id"], ["source", "at", "id"]],
    "events": [["day", "id"], ["kind", "day", "id"], ["provider", "day", "id"]],
    "event_rows": [["series"]],
    "looks": [["source", "outcome", "times"]],
}


def upgrade() -> None:
    for name, columns in _OF_OPEN.items():
        op.create_index(name, "prices", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)
    for table, indexes in _ALL.items():
        for columns in indexes:
            names = "_".join(f"{table}_{column}" for column in columns)
            op.create_index(f"ix_{names}", table, columns)
