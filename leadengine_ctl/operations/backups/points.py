"""Which points there are, and which one is meant. Reads: they ask hosts, and change nothing."""

from collections.abc import Iterable

from leadengine_agent.protocol import Point, Points, PointsResult
from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import client_host


def read_points(world: World, client: str, *, check: bool = False) -> PointsResult:
    """A client's points, newest first, as its host's catalogue has them.

    Args:
        check: ask each storage whether they are really there.

    Raises:
        NotFoundError: there is no such client, or it has no stack.
    """
    order = Points.model_validate({"client": client, "check": check})
    return PointsResult.model_validate(world.ask(client_host(world, client), order))


def choose_point(points: Iterable[Point], client: str, wanted: str | None) -> Point:
    """The point that is meant: by its id or the beginning of one; None: the newest good one.

    Raises:
        NotFoundError: there is none, or several begin so.
    """
    known = tuple(points)
    if wanted is None:
        # What a restore replaced is no place to go back to unasked: --undo is for that.
        good = sorted(
            (each for each in known if each.is_good),
            key=lambda each: each.reason == "before-restore",
        )
        newest = next(iter(good), None)
        if newest is None:
            raise NotFoundError(
                f"There is no good recovery point of {client}",
                "None was taken yet, or none of them could be read back.",
                f"See 'lectl backups {client}'; take one with 'lectl backup {client}'.",
            )
        return newest
    fit = [each for each in known if each.id.startswith(wanted)]
    if len(fit) != 1:
        raise NotFoundError(
            f"There is no recovery point {wanted} of {client}"
            if not fit
            else f"{len(fit)} recovery points of {client} begin with {wanted}",
            "",
            f"'lectl backups {client}' lists those there are.",
        )
    return fit[0]


def newest_of_reason(points: Iterable[Point], reason: str) -> Point | None:
    """The newest good point that was taken for a reason."""
    return next((each for each in points if each.reason == reason and each.is_good), None)
