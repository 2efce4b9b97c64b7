"""The database's schema, brought forward by the new release's own image before its code serves."""

from leadengine_agent.compose import Compose
from leadengine_agent.docker import DockerError
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure, disk_full, tells_of_full_disk
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import FailureCode, Release
from leadengine_agent.stack import read_state, write_state

_DEADLINE = 900
_NOTE = "migration"
_LAST_LINES = 20
_UNREACHED = 3
"""The exit code where database or Redis of somebody else's was not reached, and nothing was tried."""


def migrate(layout: StackLayout, compose: Compose, release: Release) -> Did:
    """Migrate to the release's head, unless this very image did.

    Raises:
        TaskFailure: it failed, and left the schema as it was.
    """
    head = release.database.head
    done = {
        "head": head,
        "image": release.images["api"].digest,
        "release": release.version,
    }
    if read_state(layout, _NOTE) == done:
        return Did(False, f"schema is at {head}")
    try:
        compose.run("migrate", timeout=_DEADLINE)
    except DockerError as error:
        raise _failed(error, compose.logs("db", _LAST_LINES)) from error
    write_state(layout, _NOTE, done)
    return Did(True, f"schema is at {head}")


def _failed(error: DockerError, database: tuple[str, ...]) -> TaskFailure:
    # A database without room for its journal ends, and whoever migrates sees only that it is gone.
    if tells_of_full_disk("\n".join((error.text, *database))):
        return disk_full(str(error), database)
    if error.code == _UNREACHED:
        return TaskFailure(
            FailureCode.REFUSED,
            "The data of this stack is elsewhere, and was not reached.",
            f"{error}.".removeprefix("migrate: "),
            "Nothing was changed. LECTL_CLOUD_DATABASE_URL and LECTL_CLOUD_REDIS_URL need the names that are"
            " in the certificates, LECTL_CLOUD_AUTHORITIES whoever signed them.",
        )
    return TaskFailure(
        FailureCode.MIGRATION,
        "The database migration failed.",
        str(error),
        "Nothing was switched: what served before still serves. The lines below say more.",
        error.lines,
    )
