"""What has to be done again and again: messages, usage, standings; and a look at the whole once a day."""

from dataclasses import dataclass

from leadengine_ctl.billing.base import BillingServer
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.billing.following import take_in
from leadengine_ctl.operations.billing.standing import Changed, settle
from leadengine_ctl.operations.billing.usage import tell_usage

_ROUNDS = 100


@dataclass(frozen=True)
class Done:
    """How many messages were looked into and sent, and whose standing is another one now."""

    events: int
    usage: int
    changed: tuple[Changed, ...]


def catch_up(world: World, server: BillingServer) -> Done:
    """Do all of it, until nothing waits.

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
    return Done(events, tell_usage(world, server), changed)
