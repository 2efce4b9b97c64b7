"""The database's schema, brought forward by the new release's own image before its code serves."""

from leadengine_agent import docker
from leadengine_agent.compose import Compose
from leadengine_agent.docker import DockerError
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import FailureCode, Release
from leadengine_agent.stack import read_state, write_state

_DEADLINE = 900
_NOTE = "migration"


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
        raise _failed(error) from error
    write_state(layout, _NOTE, done)
    return Did(True, f"schema is at {head}")


def _failed(error: DockerError) -> TaskFailure:
    text = error.text.lower()
    if "no space left on device" in text:
        return docker.failure_of(error, "")
    return TaskFailure(
        FailureCode.MIGRATION,
        "The database migration failed.",
        str(error),
        "Nothing was switched: what served before still serves. The lines below say more.",
        error.lines,
    )
