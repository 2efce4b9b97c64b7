"""`leadengine-admin`: what is done to a stack, not by it."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable

from leadengine.migrations.head import describe_schema, schema_head
from leadengine.settings import (
    AdminSettings,
    MigrationSettings,
    Settings,
    SettingsError,
    load,
)


def main() -> int:
    """Run one command; 0 when it is done, 1 and the reason on standard error when not."""
    parser = argparse.ArgumentParser(prog="leadengine-admin")
    parser.add_argument("command", choices=sorted(_COMMANDS))
    command = parser.parse_args().command
    try:
        return _COMMANDS[command]()
    except SettingsError as error:
        return _fail(command, str(error))


def _migrate() -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from leadengine.migrations.upgrade import upgrade

    settings = load(MigrationSettings, os.environ)
    try:
        upgrade(settings)
    except SQLAlchemyError as error:
        return _fail("migrate", _first_line(error))
    _say(f"the schema is at {schema_head()}")
    return 0


def _seed() -> int:
    import psycopg

    from leadengine.tenants.seed import seed

    settings, admin = load(Settings, os.environ), load(AdminSettings, os.environ)
    try:
        result = asyncio.run(seed(settings, admin))
    except psycopg.Error as error:
        return _fail("seed", _first_line(error))
    _say(json.dumps(result.as_dict()))
    return 0


def _schema() -> int:
    _say(json.dumps(describe_schema()))
    return 0


_COMMANDS: dict[str, Callable[[], int]] = {
    "migrate": _migrate,
    "schema": _schema,
    "seed": _seed,
}


def _first_line(error: Exception) -> str:
    # SQLAlchemy adds the statement and its parameters below; the cause stands above them.
    return str(getattr(error, "orig", None) or error).strip().replace("\n", " ")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _fail(command: str, reason: str) -> int:
    sys.stderr.write(f"leadengine-admin {command} failed: {reason}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
