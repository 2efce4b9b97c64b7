"""Indexes on tables with rows, built beside the traffic instead of in its way."""

import time

import psycopg
from psycopg import sql

from leadengine.migrations.locks import PATIENCE_SECONDS
from leadengine.migrations.revisions import MigrationError, revisions

# Tried, not waited for: PostgreSQL builds an index only when older statements have ended, also ours.
_ONE_AT_A_TIME = "SELECT pg_try_advisory_lock(hashtext('leadengine indexes'))"
_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"

Connection = psycopg.Connection[tuple[object, ...]]


def build_indexes(connection: Connection) -> None:
    """Make what is missing, and anew what was left half-built; repeatable.

    Raises:
        MigrationError: another migration builds indexes for too long.
        psycopg.Error: the database refuses.
    """
    _wait_for_turn(connection)
    for revision in revisions():
        for name, columns in revision.indexes.items():
            _build(connection, name, columns)


def _build(connection: Connection, name: str, columns: str) -> None:
    found = connection.execute(_IS_VALID, (name,)).fetchone()
    if found == (True,):
        return
    index = sql.Identifier(name)
    if found is not None:
        connection.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(index))
    statement = f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index.as_string()} ON {columns}"
    connection.execute(statement.encode())


def _wait_for_turn(connection: Connection) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while connection.execute(_ONE_AT_A_TIME).fetchone() != (True,):
        if time.monotonic() > deadline:
            message = "another migration is building indexes; wait for it, then try again"
            raise MigrationError(message)
        time.sleep(0.5)
