"""`backup`: a recovery point of a client at all of its targets, or of every client whose turn it is."""

from typing import Any

from leadengine_agent.activation.admission import refuse_frozen
from leadengine_agent.backup.chores import Client, due
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.keeping import keep
from leadengine_agent.backup.making import make_point
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure, not_found
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import Backup, BackupReason, BackupResult, FailureCode, Point
from leadengine_agent.records import current_record
from leadengine_agent.tasks.context import Context


def run(order: Backup, context: Context) -> dict[str, Any]:
    """Take what was asked for, or what is due, and answer a `BackupResult`.

    Of several clients that are due, one that fails does not hold up the next.
    """
    if order.client and not order.scheduled:
        client = client_with_targets(context.layout, order.client)
        point = take_point(client, context, order.reason)
        return BackupResult(points=(point,)).model_dump()
    points, failures = [], []
    for client in due(order, context.layout):
        try:
            points.append(take_point(client, context, "scheduled"))
        except TaskFailure as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return BackupResult(points=tuple(points)).model_dump()


def client_with_targets(host: HostLayout, name: str) -> Client:
    """A client of this host that can be backed up.

    Raises:
        TaskFailure: it is not here, it is frozen, or nobody said where its points go.
    """
    layout = host.stack(name)
    record = current_record(layout)
    if record is None:
        raise not_found(name)
    refuse_frozen(layout)
    if not record.spec.backup.targets:
        raise _no_target(name)
    return Client(layout, record, BackupHome(host, name))


def take_point(client: Client, context: Context, reason: BackupReason) -> Point:
    """Take one point, record what became of it, and say so.

    Raises:
        TaskFailure: it is not good at every target. What is good at some of them is in the catalogue.
    """
    taken: list[Point] = []
    name = f"backup {client.layout.client}"

    def progress(target: str, done: int, total: int) -> None:
        context.steps.progress(name, f"to '{target}'", done, total)

    def take() -> Did:
        taken.append(make_point(client, reason, progress))
        return Did(True, f"point {taken[0].id}, {len(taken[0].copies)} targets")

    context.steps.run(name, take)
    point = taken[0]
    context.steps.run(f"keep {client.layout.client}", lambda: keep(client, point))
    if not all(copy.good for copy in point.copies):
        raise _incomplete(client, point)
    return point


def _incomplete(client: Client, point: Point) -> TaskFailure:
    good = [copy.target for copy in point.copies if copy.good]
    bad = [copy for copy in point.copies if not copy.good]
    names = ", ".join(f"'{copy.target}'" for copy in bad)
    where = f"It is good at: {', '.join(good)}." if good else "It is good nowhere."
    return TaskFailure(
        FailureCode.STORAGE,
        f"The recovery point of {client.layout.client} did not reach {names}.",
        f"{bad[0].why} {where}",
        "The next scheduled run tries again; `lectl backups` shows what is where.",
        tuple(f"{copy.target}: {copy.why}" for copy in bad),
    )


def _no_target(name: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.INVALID,
        f"Client '{name}' has nowhere to put a backup.",
        "Its configuration names no backup target.",
        "Name one with `lectl config`; nothing was changed.",
    )
