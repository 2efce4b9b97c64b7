"""Bring a database to head and give the application its role, without making visitors wait."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import Connection, Engine

from leadengine.migrations.indexes import build_indexes
from leadengine.migrations.locks import LOCK_TIMEOUT, LockWatch, patiently
from leadengine.settings import MigrationSettings

APP_ROLE = "leadengine_app"

# A migration whose client was killed ends as well, instead of finishing unseen.
_OPTIONS = f"-c lock_timeout={LOCK_TIMEOUT} -c statement_timeout=15min -c client_connection_check_interval=1s"
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('leadengine migrate'))")


def upgrade(settings: MigrationSettings) -> None:
    """Migrate to head; repeatable, and nothing is left behind when it fails or is killed.

    Raises:
        MigrationError: a lock was not to be had; the text says who holds it.
        sqlalchemy.exc.SQLAlchemyError, psycopg.Error: the database cannot be reached or refuses.
    """
    url = make_url(settings.migration_database_url.get_secret_value())
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"options": _OPTIONS, "connect_timeout": 10},
    )
    with LockWatch(plain) as watch:
        patiently(lambda: _change(engine, settings, watch), watch)
    engine.dispose()
    options = f"{_OPTIONS} -c lock_timeout=0"
    with psycopg.connect(plain, autocommit=True, options=options) as connection:
        build_indexes(connection)


def _change(engine: Engine, settings: MigrationSettings, watch: LockWatch) -> None:
    """Role, tables, grants and password: all of it or nothing."""
    with engine.begin() as connection:
        watch.follow(_driver(connection).info.backend_pid)
        connection.execute(_ONE_AT_A_TIME)
        _ensure_role(_driver(connection))
        command.upgrade(_config(connection), "head")
        _set_password(_driver(connection), settings.app_database_password.get_secret_value())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _driver(connection: Connection) -> psycopg.Connection[tuple[object, ...]]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - narrows the type
    return driver


def _ensure_role(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (APP_ROLE,)).fetchone()
    if found is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(APP_ROLE)))


def _set_password(connection: psycopg.Connection[tuple[object, ...]], password: str) -> None:
    # The verifier is computed here, so the password never appears in a statement or a server log.
    encrypted = connection.pgconn.encrypt_password(
        password.encode(), APP_ROLE.encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
            sql.Identifier(APP_ROLE), sql.Literal(encrypted.decode())
        )
    )
