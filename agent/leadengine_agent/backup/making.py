"""A point that is asked for: taken, and what became of it written down whatever that is."""

from collections.abc import Callable

from leadengine_agent.backup.catalogue import fold_body
from leadengine_agent.backup.chores import Client
from leadengine_agent.backup.repository import open_repository
from leadengine_agent.backup.taking import Taking
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import BackupReason, Point


def make_point(
    client: Client, reason: BackupReason, progress: Callable[[str, int, int], None]
) -> Point:
    """Take a point to every target and record it; which of its copies are good is for the caller to see.

    Raises:
        TaskFailure: the stack's data could not be read; that is recorded, too.
    """
    client.home.prepare(client.client_id)
    repositories = [open_repository(client.home, each) for each in client.policy.targets]
    taking = Taking(client.layout, client.record, client.home, progress)
    try:
        point = taking.take(reason, repositories)
    except TaskFailure as error:
        _failed(client, f"{error.failure.what} {error.failure.why}")
        raise
    except Exception as error:
        _failed(client, f"The agent met an error of its own: {type(error).__name__}.")
        raise
    client.catalogue().add("point", fold_body(point))
    return point


def _failed(client: Client, why: str) -> None:
    client.catalogue().add("failed", {"why": why[:400]})
