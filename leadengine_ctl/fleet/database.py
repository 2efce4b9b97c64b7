"""Open the store's database and bring its schema to head, only when it is not there yet."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, ExceptionContext, create_engine, event, inspect, text
from sqlalchemy.exc import OperationalError

from leadengine_ctl.errors import LeadEngineError

HEAD = "0011"
"""The newest migration. Kept here so that reading it costs nothing; a test compares it with the files."""

_MIGRATION_LOCK = 7_243_392
"""Any number that nobody else locks in the same database."""

_ONLY_READS = "leadengine_only_reads"

_BUSY_TIMEOUT = 30
"""Seconds to wait for another process that is writing to SQLite."""

IDLE_TIMEOUT = 15
"""Seconds after which PostgreSQL takes its locks from a process that stopped inside a transaction."""


def open_database(url: str, data_folder: Path) -> Engine:
    """Connect, creating and migrating what is missing.

    Raises:
        LeadEngineError: the database cannot be opened.
    """
    data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A server may have been started anew since the connection was last used.
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    _tell_what_failed(engine)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        _prepare_server(engine)
    try:
        if _revision(engine) != HEAD:
            _migrate(engine, data_folder)
    except OperationalError as error:
        raise LeadEngineError(
            f"The store {engine.url.render_as_string(hide_password=True)} cannot be opened",
            str(error.orig),
            "Check LECTL_DATABASE_URL and LECTL_DATA_FOLDER.",
        ) from error
    return engine


def _tell_what_failed(engine: Engine) -> None:
    """What our own columns refuse, as when the key of sealed ones is damaged, is told as it is."""

    @event.listens_for(engine, "handle_error")
    def tell(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, LeadEngineError):
            raise context.original_exception


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT * 1000}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def take_the_write_lock(connection: Any) -> None:
        # A transaction that reads first and writes later could otherwise fail half-way through.
        reads = connection.get_execution_options().get(_ONLY_READS)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _prepare_server(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # Otherwise a machine that goes to sleep between two statements keeps everybody else waiting.
        connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_TIMEOUT}s'")
        connection.commit()

    @event.listens_for(engine, "handle_error")
    def tell(context: ExceptionContext) -> None:
        if context.is_disconnect:
            raise LeadEngineError(
                f"The store {engine.url.render_as_string(hide_password=True)} ended the connection",
                str(context.original_exception).strip(),
                "What was being written then is not written. Run the same command again.",
            ) from context.original_exception


def reader(engine: Engine) -> Engine:
    """The same database for whoever only reads: on SQLite he waits for no writer, and none for him."""
    return engine.execution_options(**{_ONLY_READS: True})


def _revision(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _migrate(engine: Engine, data_folder: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with _one_at_a_time(data_folder), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Other machines have locks of their own; whoever waits here finds nothing left to do.
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK}
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _one_at_a_time(data_folder: Path) -> Iterator[None]:
    with (data_folder / "migration.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
