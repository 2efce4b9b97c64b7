"""`leadengine-admin`: what is done to a stack, not by it.

Each command imports what it needs: `gauges` is asked every second while a stack is updated.
"""

import os
import sys
from collections.abc import Callable


def main() -> int:
    """Run one command; 0 when it is done, 1 and the reason on standard error when not."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "hosting":
        from leadengine.controlling.hosting_commands import host

        return host(sys.argv[2:])
    if command == "travel":
        from leadengine.controlling.hosting_commands import travel

        return travel(sys.argv[2:])
    if command == "standing":
        from leadengine.controlling.standing import main as stand

        return stand(sys.argv[2:])
    if command in _WITH_WORDS:
        from leadengine.controlling.commands import run

        return run(sys.argv[1:])
    if command not in _COMMANDS or len(sys.argv) != 2:
        known = " | ".join((*_COMMANDS, "hosting", "travel", "standing", *_WITH_WORDS))
        sys.stderr.write(f"usage: leadengine-admin {known}\n")
        return 2
    return _COMMANDS[command]()


def _gauges() -> int:
    from leadengine.healthcheck import ask_api

    try:
        answered, text = ask_api("/internal/gauges")
    except OSError as error:
        return _fail("gauges", f"the api of this container does not answer: {error}")
    if not answered:
        return _fail("gauges", text.strip())
    _say(text)
    return 0


def _migrate() -> int:
    from psycopg import Error
    from sqlalchemy.exc import SQLAlchemyError

    from leadengine.migrations.head import schema_head
    from leadengine.migrations.reaching import UnreachedError, reach
    from leadengine.migrations.revisions import MigrationError
    from leadengine.migrations.upgrade import upgrade
    from leadengine.settings import MigrationSettings, SettingsError, load

    try:
        settings = load(MigrationSettings, os.environ)
        database, redis = settings.migration_database_url, settings.redis_url
        reach(database.get_secret_value(), redis.get_secret_value())
        upgrade(settings)
    except UnreachedError as error:
        _fail("migrate", str(error))
        return _UNREACHED
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


def _rebuild_vectors() -> int:
    import asyncio

    import psycopg

    from leadengine.knowledge.rebuilding import rebuild
    from leadengine.knowledge.vectors.base import VectorsError
    from leadengine.settings import Settings, SettingsError, load

    try:
        passages = asyncio.run(rebuild(load(Settings, os.environ)))
    except (SettingsError, VectorsError) as error:
        return _fail("rebuild-vectors", str(error))
    except psycopg.Error as error:
        return _fail("rebuild-vectors", _first_line(error))
    _say(f"the index of vectors was made anew from PostgreSQL: {passages} passages")
    return 0


def _try_questions() -> int:
    import asyncio

    import psycopg

    from leadengine.concierge.trying import try_questions
    from leadengine.settings import Settings, SettingsError, load

    try:
        asyncio.run(try_questions(load(Settings, os.environ), sys.stdin, _say))
    except SettingsError as error:
        return _fail("try-questions", str(error))
    except psycopg.Error as error:
        return _fail("try-questions", _first_line(error))
    return 0


_UNREACHED = 3
"""The exit code where nothing was tried, as database or Redis is not who it should be."""

_COMMANDS: dict[str, Callable[[], int]] = {
    "gauges": _gauges,
    "lint-migrations": _lint_migrations,
    "migrate": _migrate,
    "rebuild-vectors": _rebuild_vectors,
    "schema": _schema,
    "seed": _seed,
    "try-questions": _try_questions,
}


_WITH_WORDS = ("tenants", "users", "usage", "worker", "person", "retention")
"""Commands that take more words; each has its `--help`."""


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
