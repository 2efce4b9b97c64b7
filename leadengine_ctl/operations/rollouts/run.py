"""Run a rollout from where it is to where it can get: wave by wave, each proven before the next."""

from leadengine_ctl.errors import NotAllowedError, StoppedError
from leadengine_ctl.fleet.records import (
    RolloutRecord,
    RolloutState,
    TargetRecord,
    TargetState,
    Word,
)
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.rollouts.crew import FAILED, PENDING, Crew, Halted, Listener
from leadengine_ctl.operations.rollouts.lease import Lease, kept, lease_of
from leadengine_ctl.operations.rollouts.request import RolloutRequest
from leadengine_ctl.operations.rollouts.soak import soak
from leadengine_ctl.operations.rollouts.wave import run_wave

_OPEN = (TargetState.WAITING, TargetState.RUNNING)
_FEW = 10
_NOT_DONE = (TargetState.UNREACHABLE, TargetState.POSTPONED)


def run_rollout(world: World, rollout: str, listener: Listener) -> RolloutRecord:
    """Run a rollout, or go on with it; how it then is.

    Raises:
        LockedError: another process runs it or took it over, or it has ended.
        StoppedError: Ctrl-C; it can be resumed.
    """
    with lease_of(world, rollout) as lease:
        crew = _crew(world, rollout, lease, listener)
        try:
            state, reason = _waves(crew)
        except Halted as halted:
            state, reason = _halt(crew, halted.word)
        except KeyboardInterrupt:
            world.store.rollouts.leave(rollout, lease.runner, RolloutState.PAUSED, "Ctrl-C")
            raise _stopped(rollout) from None
        kept(world.store.rollouts.leave(rollout, lease.runner, state, reason), rollout)
        world.record(f"rollout.{crew.record.kind}", rollout, state.value, reason)
    return world.store.rollouts.get(rollout)


def resume(world: World, rollout: str, listener: Listener) -> RolloutRecord:
    """Go on with a rollout that is paused, whose process died, or that could not reach everybody.

    Raises:
        NotAllowedError: it was stopped or aborted, or is done.
        LockedError: another process runs it; it was told to go on.
    """
    record = world.store.rollouts.get(rollout)
    if record.state in (RolloutState.STOPPED, RolloutState.ABORTED, RolloutState.DONE):
        raise NotAllowedError(
            f"The rollout {rollout} cannot be resumed: it is {record.state}",
            record.reason or "It came to its end.",
            "Start a new one with 'lectl update'.",
        )
    world.store.rollouts.ask(rollout, Word.RUN)
    return run_rollout(world, rollout, listener)


def _crew(world: World, rollout: str, lease: Lease, listener: Listener) -> Crew:
    record = world.store.rollouts.get(rollout)
    targets = {each.number: each for each in world.store.rollouts.targets(rollout)}
    request = RolloutRequest.model_validate_json(record.params)
    return Crew(world, record, request, lease, listener, targets, record.wave)


def _waves(crew: Crew) -> tuple[RolloutState, str]:
    rollouts, rollout = crew.world.store.rollouts, crew.record.id
    for wave in range(crew.record.wave, crew.record.waves + 1):
        crew.wave = wave
        crew.halt_if_asked()
        kept(rollouts.begin_wave(rollout, crew.lease.runner, wave), rollout)
        crew.say(f"Wave {wave} of {crew.record.waves} begins.")
        for turn in (_first_turn, _second_turn):
            run_wave(crew, turn(crew))
            soak(crew)
            if crew.over_budget():
                return _stop(crew)
        if wave < crew.record.waves and not crew.those({TargetState.UPDATED}):
            return _unproven(crew)
    return _end(crew)


def _first_turn(crew: Crew) -> list[TargetRecord]:
    return crew.those(PENDING, wave=crew.wave)


def _second_turn(crew: Crew) -> list[TargetRecord]:
    """Who could not be reached or was not free in this wave or an earlier one."""
    return [each for each in crew.those(_NOT_DONE) if each.wave <= crew.wave]


def _stop(crew: Crew) -> tuple[RolloutState, str]:
    failed, may = len(crew.those(FAILED)), crew.request.max_failures
    reason = f"Stopped in wave {crew.wave}: {failed} failed, {may} may.{_standing(crew)}"
    _close(crew, TargetState.SKIPPED, f"the rollout stopped in wave {crew.wave}")
    return RolloutState.STOPPED, reason


def _standing(crew: Crew) -> str:
    """What each client runs now, where they are few enough to be told one by one."""
    clients = crew.world.store.clients
    found = [clients.find(each.client) for each in crew.targets.values() if each.wave]
    runs: dict[str, list[str]] = {}
    for each in found:
        if each and each.release:
            runs.setdefault(each.release, []).append(each.slug)
    if len(found) > _FEW or len(runs) < 2:
        return ""
    told = (f"{', '.join(names)} on {release}" for release, names in runs.items())
    return f" Now: {'; '.join(told)}."


def _unproven(crew: Crew) -> tuple[RolloutState, str]:
    """Silence is no success: without one client that runs well the next wave is not begun."""
    _close(crew, TargetState.POSTPONED, f"nothing is proven by wave {crew.wave}")
    return (
        RolloutState.PARTIAL,
        f"Nobody of wave {crew.wave} could be updated, which proves nothing.",
    )


def _end(crew: Crew) -> tuple[RolloutState, str]:
    left = crew.those(_NOT_DONE)
    if left:
        names = ", ".join(each.client for each in left[:5])
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        return RolloutState.PARTIAL, f"Not done yet: {names}{more}."
    return RolloutState.DONE, ""


def _halt(crew: Crew, word: Word) -> tuple[RolloutState, str]:
    if word is Word.PAUSE:
        return RolloutState.PAUSED, f"Paused in wave {crew.wave}."
    reason = f"Aborted in wave {crew.wave}."
    _close(crew, TargetState.SKIPPED, "the rollout was aborted")
    for each in crew.those({TargetState.SOAKING}):
        cut = {"state": TargetState.UPDATED, "reason": "the rollout was aborted in its soak"}
        crew.note(each.model_copy(update=cut))
    return RolloutState.ABORTED, reason


def _close(crew: Crew, state: TargetState, why: str) -> None:
    """What was not begun is not begun any more."""
    for each in crew.those(_OPEN):
        crew.note(each.model_copy(update={"state": state, "reason": why}))


def _stopped(rollout: str) -> StoppedError:
    return StoppedError(
        f"Stopped. The rollout {rollout} is paused",
        "",
        f"Go on with 'lectl rollout resume {rollout}', or end it with 'lectl rollout abort {rollout}'.",
    )
