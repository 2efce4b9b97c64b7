"""Alembic's entry: the caller hands over the connection, transaction and lock included."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
