"""What has to be done again and again: messages, usage, standings; and a look at the whole once a day."""

from collections.abc import Callable
from dataclasses import dataclass

from leadengine_ctl.billing.base import BillingServer
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.billing.following import take_in
from leadengine_ctl.operations.billing.standing import Changed, settle
from leadengine_ctl.operations.billing.telling import StandingVerb, enforce
from leadengine_ctl.operations.billing.usage import tell_usage

_ROUNDS = 100


@dataclass(frozen=True)
class Done:
    """How many messages were looked into and sent, whose standing changed, and whose stack was told."""

    events: int
    usage: int
    changed: tuple[Changed, ...]
    told: tuple[str, ...]


def catch_up(world: World, server: BillingServer, do: Callable[[StandingVerb], object]) -> Done:
    """Do all of it, until nothing waits.

    Args:
        do: tells a stack how its client stands, or asks somebody to.

    Raises:
        BillingError: the server did not answer, or refused; what was done stays.
    """
    events = 0
    for _ in range(_ROUNDS):
        taken = take_in(world, server)
        events += taken
        if not taken:
            break
    changed = settle(world)
    told = enforce(world, do)
    return Done(events, tell_usage(world, server), changed, told)
