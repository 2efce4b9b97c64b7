"""`repair`: mend a target that damaged or lost what was stored, and name what is lost for good."""

from typing import Any

from leadengine_agent.backup.drill import drill
from leadengine_agent.backup.making import make_point
from leadengine_agent.backup.mending import Mending
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import FailureCode, Point, Repair, RepairResult, Target
from leadengine_agent.tasks.backup import client_with_targets
from leadengine_agent.tasks.context import Context


def run(order: Repair, context: Context) -> dict[str, Any]:
    """Answer a `RepairResult`."""
    client = client_with_targets(context.layout, order.client)
    target = client.policy.target(order.target)
    if target is None:
        raise _no_such_target(order, [each.name for each in client.policy.targets])
    if target.append_only and not order.dry_run:
        raise _only_adds(target)
    mending = Mending(client, target)
    context.steps.run("look", lambda: _look(mending))
    if order.dry_run:
        return RepairResult(
            changed=False, damaged=mending.damage.packs, lost=mending.lost
        ).model_dump()
    point = _mend(order, mending, context)
    healed = tuple(name for name in mending.before if name not in mending.lost)
    return RepairResult(
        changed=True,
        damaged=mending.damage.packs,
        lost=mending.lost,
        healed=healed,
        point=point.id,
    ).model_dump()


def _look(mending: Mending) -> Did:
    mending.look()
    return Did(
        False, f"{len(mending.damage.packs)} damaged objects, {len(mending.lost)} points unreadable"
    )


def _mend(order: Repair, mending: Mending, context: Context) -> Point:
    """Take out, bring back, give up, prove. A run that is killed is begun again: it looks first."""
    steps = context.steps
    if not mending.is_whole:
        steps.run("take out", lambda: _take_out(mending))
        # Red at this target still, for what is lost is asked for by older points; but it brings data back.
        steps.run("bring back", lambda: _bring_back(mending))
        steps.run("give up", lambda: _give_up(mending, order))
    points: list[Point] = []
    steps.run("backup", lambda: _take(mending, points))
    steps.run("drill", lambda: _drill(mending, points[0], context))
    return points[0]


def _take_out(mending: Mending) -> Did:
    mending.take_out()
    return Did(True, f"{len(mending.damage.packs)} damaged objects taken out")


def _bring_back(mending: Mending) -> Did:
    make_point(mending.client, "manual", lambda *_: None)
    mending.read()
    return Did(True, f"{len(mending.before)} points were unreadable, {len(mending.lost)} are now")


def _give_up(mending: Mending, order: Repair) -> Did:
    mending.give_up(order.give_up)
    return Did(bool(mending.lost), f"lost: {', '.join(mending.lost) or 'nothing'}")


def _take(mending: Mending, points: list[Point]) -> Did:
    point = make_point(mending.client, "manual", lambda *_: None)
    bad = [copy for copy in point.copies if copy.target == mending.target.name and not copy.good]
    if bad:
        raise TaskFailure(
            FailureCode.STORAGE,
            f"'{mending.target.name}' was mended, and the point after it is not good there.",
            bad[0].why,
            "Nothing that serves was touched. Look at the storage itself: a disk that fails goes on failing.",
        )
    points.append(point)
    return Did(True, f"point {point.id}")


def _drill(mending: Mending, point: Point, context: Context) -> Did:
    done = drill(context.layout, mending.client, point, mending.target.name, lambda *_: None)
    if not done.equal:
        raise TaskFailure(
            FailureCode.CORRUPT,
            f"The new point {point.id} at '{mending.target.name}' is not what was stored.",
            done.differences[0],
            "Nothing that serves was touched. Look at the storage itself.",
            done.differences,
        )
    return Did(True, f"equal: {done.rows} rows")


def _no_such_target(order: Repair, names: list[str]) -> TaskFailure:
    return TaskFailure(
        FailureCode.NOT_FOUND,
        f"{order.client} has no backup target '{order.target}'.",
        f"It has: {', '.join(names)}.",
        "Nothing was changed. Name one of those.",
    )


def _only_adds(target: Target) -> TaskFailure:
    return TaskFailure(
        FailureCode.REFUSED,
        f"This host cannot mend '{target.name}'.",
        "It may only add there, and mending removes what is damaged.",
        "Nothing was changed. Its points can be restored from another target; give the client a new "
        "place at that storage.",
    )
