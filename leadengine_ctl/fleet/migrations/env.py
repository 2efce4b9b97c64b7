"""Alembic's entry: migrate over the connection that `fleet.database` holds open."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
