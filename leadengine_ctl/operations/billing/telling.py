"""What was paid reaches the client: its stack is told how it stands, as often as it takes."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from leadengine_agent.protocol import ChangedResult, SetStanding
from leadengine_agent.values import Frozen, Slug
from leadengine_ctl.billing.dunning import Standing
from leadengine_ctl.errors import LeadEngineError, LockedError
from leadengine_ctl.fleet.billing_records import StandingRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import Did, Run, Work, World
from leadengine_ctl.operations.billing.payers import Payer, payer_of
from leadengine_ctl.operations.client_verb import ClientVerb

log = logging.getLogger(__name__)

Effect = Literal["good", "read-only", "suspended"]

AGAIN = 900.0
"""Seconds after which a stack that could not be told is told again."""

REMIND = 86_400.0
"""Seconds after which a stack is told the same again: an old recovery point may have been brought back."""

_EFFECTS: dict[str, Effect] = {
    Standing.READ_ONLY: "read-only",
    Standing.SUSPENDED: "suspended",
}


class StandingRequest(Frozen):
    """`client`: the stack; `host`: the address of its host; `tenant`: of a hosted stack, whose standing."""

    client: Slug
    host: str
    tenant: Slug | None = None
    standing: Effect


@dataclass(frozen=True)
class StandingVerb(ClientVerb[StandingRequest]):
    """Tell a stack how a client stands."""

    name: str = "set-standing"

    def works(self, run: Run) -> tuple[Work, ...]:
        return (Work("stand", lambda: self._stand(run)),)

    def _stand(self, run: Run) -> Did:
        asked = self.request
        order = SetStanding(client=asked.client, tenant=asked.tenant, standing=asked.standing)
        answer = run.order(HostAddress.parse(asked.host), "stand", order)
        changed = ChangedResult.model_validate(answer).changed
        who = asked.tenant or asked.client
        run.world.store.standings.was_told(who, asked.standing, time.time())
        if changed:
            run.world.record("billing.enforce", who, detail=f"its stack is {asked.standing}")
        return Did(changed, f"{who} is {asked.standing}; its data is kept")


def effect_of(standing: str) -> Effect:
    """What a stack is told of a standing."""
    return _EFFECTS.get(standing, "good")


def is_due(record: StandingRecord, now: float) -> bool:
    """Whether a stack has to be told; who was never held back is not told that all is good."""
    wanted = effect_of(record.standing)
    stale = record.told != wanted or now - (record.told_at or 0.0) > REMIND
    if not stale or (not record.told and wanted == "good"):
        return False
    # A change is told at once, a failure later again.
    return (
        record.tried_at is None or record.tried_at < record.since or now - record.tried_at > AGAIN
    )


def enforce(
    world: World, do: Callable[[StandingVerb], object], now: float | None = None
) -> tuple[str, ...]:
    """Have each stack told that has to be; the names of those for which that was begun.

    Killed anywhere, it is begun again: the order is the same however often it is given.

    Args:
        do: carries a verb out, or asks somebody to.
    """
    if not world.settings.billing_enforce:
        return ()
    moment = time.time() if now is None else now
    due = [each for each in world.store.standings.all() if is_due(each, moment)]
    return tuple(each.client for each in due if _begin(world, each, do, moment))


def _begin(
    world: World, each: StandingRecord, do: Callable[[StandingVerb], object], now: float
) -> bool:
    try:
        payer = payer_of(world, each.client)
        verb = StandingVerb(_request(world, payer, effect_of(each.standing)))
        if not world.store.standings.trying(each.client, each.tried_at, now):
            return False
        do(verb)
    except LockedError:
        # Something else is done to that stack just now: soon again.
        world.store.standings.trying(each.client, now, 0.0)
        return False
    except LeadEngineError as error:
        log.warning("%s is not told its standing: %s. %s", each.client, error.what, error.why)
        return False
    return True


def _request(world: World, payer: Payer, standing: Effect) -> StandingRequest:
    return StandingRequest(
        client=payer.stack or payer.slug,
        host=payer.host(world),
        tenant=payer.slug if payer.stack else None,
        standing=standing,
    )
