"""`verify`: prove that points can be restored, by restoring them into scratch containers."""

from typing import Any

from leadengine_agent.backup.chores import Client, due
from leadengine_agent.backup.drill import choose, drill, target_of
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import FailureCode, Verification, Verify, VerifyResult
from leadengine_agent.tasks.backup import client_with_targets
from leadengine_agent.tasks.context import Context


def run(order: Verify, context: Context) -> dict[str, Any]:
    """Drill what was asked for, or what is due, and answer a `VerifyResult`.

    Every drill is recorded; one that differs fails the task after all have been done.
    """
    if order.client and not order.scheduled:
        clients = [client_with_targets(context.layout, order.client)]
    else:
        clients = due(order, context.layout)
    drills = [done for client in clients for done in _drills(order, client, context)]
    if bad := [each for each in drills if not each.equal]:
        raise _differs(bad)
    return VerifyResult(drills=tuple(drills)).model_dump()


def _drills(order: Verify, client: Client, context: Context) -> list[Verification]:
    points = choose(client, order.point)
    if not points:
        raise _nothing_to_drill(client, order)
    drills: list[Verification] = []
    for point in points:
        target = target_of(client, point, order.target)
        name = f"drill {point.id}"

        def tell(done: int, total: int, name: str = name, target: str = target) -> None:
            context.steps.progress(name, f"from '{target}'", done, total)

        def carry_out(point: Any = point, target: str = target, tell: Any = tell) -> Did:
            done = drill(context.layout, client, point, target, tell)
            drills.append(done)
            verdict = "equal" if done.equal else "DIFFERENT"
            return Did(True, f"{verdict}: {done.rows} rows, {done.files} files, from '{target}'")

        context.steps.run(name, carry_out)
    return drills


def _differs(bad: list[Verification]) -> TaskFailure:
    first = bad[0]
    return TaskFailure(
        FailureCode.CORRUPT,
        f"The point {first.point} at '{first.target}' is not what was stored there.",
        first.differences[0],
        "Nothing that serves was touched. Take a new point now, and look at the storage.",
        first.differences,
    )


def _nothing_to_drill(client: Client, order: Verify) -> TaskFailure:
    name = f"the point {order.point}" if order.point else "a point"
    return TaskFailure(
        FailureCode.NOT_FOUND,
        f"{client.layout.client} has not got {name} that could be restored.",
        "No such point is good at any target.",
        "`lectl backups` lists them; `lectl backup` takes one.",
    )
