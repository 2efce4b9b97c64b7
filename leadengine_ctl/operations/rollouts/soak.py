"""Watch a wave after its updates: what gets sick now is taken back before the next wave begins."""

import time
from collections import Counter
from collections.abc import Iterable

from leadengine_agent.protocol import HostState, Inspect, StackState
from leadengine_ctl.errors import HostUnreachableError, LeadEngineError
from leadengine_ctl.fleet.records import TargetRecord, TargetState
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.rollouts.client import undo
from leadengine_ctl.operations.rollouts.crew import Crew
from leadengine_ctl.operations.rollouts.wave import each_host

_PAUSE = 10.0
"""Seconds between two looks, when the soak is long enough for that."""

_SICK = 2
"""Looks in a row that show it: a service that restarts is not ready for a moment."""


def soak(crew: Crew) -> None:
    """Watch all that are updated and not proven yet, for the time that was asked for.

    Raises:
        Halted: somebody asked for it; the watch begins anew when the rollout goes on.
        LockedError: another process has taken over.
    """
    if not crew.those({TargetState.SOAKING}):
        return
    if crew.soak:
        crew.say(f"Wave {crew.wave} is watched for {crew.soak} s.")
        _watch(crew)
    for target in crew.those({TargetState.SOAKING}):
        crew.note(target.model_copy(update={"state": TargetState.UPDATED, "reason": ""}))


def _watch(crew: Crew) -> None:
    watch = _Watch(crew)
    end = time.monotonic() + crew.soak
    while True:
        crew.halt_if_asked()
        watch.look()
        left = end - time.monotonic()
        if left <= 0 and not watch.in_doubt():
            break
        time.sleep(min(_PAUSE, crew.soak / 4))
    watch.give_up_on_the_silent()


class _Watch:
    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._sick: Counter[int] = Counter()
        self._silent: dict[int, str] = {}

    def look(self) -> None:
        """Look at each client once."""
        each_host(self._crew, self._soaking(), self._look_at)

    def in_doubt(self) -> bool:
        """True while somebody looked sick the last time, and has to be looked at again."""
        return any(self._sick[target.number] for target in self._soaking())

    def give_up_on_the_silent(self) -> None:
        """Who did not answer the last time is not proven."""
        for target in self._soaking():
            if why := self._silent.get(target.number):
                state = {"state": TargetState.UNREACHABLE, "reason": f"updated, then silent: {why}"}
                self._crew.note(target.model_copy(update=state))

    def _soaking(self) -> Iterable[TargetRecord]:
        return self._crew.those({TargetState.SOAKING})

    def _look_at(self, target: TargetRecord) -> None:
        try:
            stack = _stack_of(self._crew, target)
        except HostUnreachableError as error:
            self._silent[target.number] = error.what
            return
        except LeadEngineError as error:
            problem = error.what
        else:
            problem = _problem(target, stack)
        self._silent.pop(target.number, None)
        self._sick[target.number] = self._sick[target.number] + 1 if problem else 0
        if self._sick[target.number] >= _SICK:
            undo(self._crew, target, f"in the soak: {problem}")


def _problem(target: TargetRecord, stack: StackState | None) -> str:
    """What is wrong with a stack; empty: nothing."""
    if stack is None:
        return "its stack is gone"
    if stack.release != target.to:
        return f"runs {stack.release} instead of {target.to}"
    sick = [each.service for each in stack.services if each.health == "unhealthy"]
    return "" if stack.healthy else f"not healthy: {', '.join(sick) or 'a service is missing'}"


def _stack_of(crew: Crew, target: TargetRecord) -> StackState | None:
    address = HostAddress.parse(crew.world.store.hosts.get(target.host).url)
    state = crew.world.ask(address, Inspect(client=target.client))
    return next(iter(HostState.model_validate(state).stacks), None)
