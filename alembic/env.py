"""Runs the migrations on the connection that the tracker hands over, in its one transaction."""

from sqlalchemy import create_engine

from alembic import context
from tracker.adapters.store.schema import metadata


def run(connection):
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,  # SQLite has it too, once BEGIN IMMEDIATE is said
        transaction_per_migration=False,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if connection is not None:
    run(connection)
else:  # by hand: alembic -x url=sqlite:////path -c alembic/alembic.ini ...
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as connection:
        run(connection)
