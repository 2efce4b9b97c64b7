"""`leadengine-admin`: what is done to a stack, not by it.

Each command imports what it needs: `gauges` is asked every second while a stack is updated.
"""

import os
import sys
from collections.abc import Callable


def main() -> int:
    """Run one command; 0 when it is done, 1 and the reason on standard error when not."""
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command not in _COMMANDS:
        sys.stderr.write(f"usage: leadengine-admin {' | '.join(_COMMANDS)}\n")
        return 2
    return _COMMANDS[command]()


def _gauges() -> int:
    return _ask("gauges")


def _usage() -> int:
    return _ask("usage")


def _ask(command: str) -> int:
    from leadengine.healthcheck import ask_api

    try:
        answered, text = ask_api(f"/internal/{command}")
    except OSError as error:
        return _fail(command, f"the api of this container does not answer: {error}")
    if not answered:
        return _fail(command, text.strip())
    _say(text)
    return 0


def _migrate() -> int:
    from psycopg import Error
    from sqlalchemy.exc import SQLAlchemyError

    from leadengine.migrations.head import schema_head
    from leadengine.migrations.revisions import MigrationError
    from leadengine.migrations.upgrade import upgrade
    from leadengine.settings import MigrationSettings, SettingsError, load

    try:
        upgrade(load(MigrationSettings, os.environ))
    except (SettingsError, MigrationError) as error:
        return _fail("migrate", str(error))
    except (SQLAlchemyError, Error) as error:
        return _fail("migrate", _first_line(error))
    _say(f"the schema is at {schema_head()}")
    return 0


def _seed() -> int:
    import asyncio
    import json

    import psycopg

    from leadengine.settings import AdminSettings, Settings, SettingsError, load
    from leadengine.tenants.seed import seed

    try:
        result = asyncio.run(seed(load(Settings, os.environ), load(AdminSettings, os.environ)))
    except SettingsError as error:
        return _fail("seed", str(error))
    except psycopg.Error as error:
        return _fail("seed", _first_line(error))
    _say(json.dumps(result.as_dict()))
    return 0


def _schema() -> int:
    import json

    from leadengine.migrations.head import describe_schema
    from leadengine.migrations.revisions import MigrationError

    try:
        _say(json.dumps(describe_schema()))
    except MigrationError as error:
        return _fail("schema", str(error))
    return 0


def _lint_migrations() -> int:
    from leadengine.migrations.head import lint
    from leadengine.migrations.revisions import MigrationError

    try:
        lint()
    except MigrationError as error:
        return _fail("lint-migrations", str(error))
    _say("every migration is an addition, or declares the oldest code that can live with it")
    return 0


_COMMANDS: dict[str, Callable[[], int]] = {
    "gauges": _gauges,
    "lint-migrations": _lint_migrations,
    "migrate": _migrate,
    "schema": _schema,
    "seed": _seed,
    "usage": _usage,
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
