"""Pause and abort: words in the store, for whoever runs the rollout, wherever that is."""

from leadengine_ctl.errors import LockedError, NotAllowedError
from leadengine_ctl.fleet.records import RolloutRecord, RolloutState, Word
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.rollouts.run import run_rollout


def leave_word(world: World, rollout: str, word: Word) -> RolloutRecord:
    """Ask for a pause or the end of a rollout; when nobody runs it, it is done here and now.

    Raises:
        NotAllowedError: it has ended.
    """
    record = world.store.rollouts.get(rollout)
    if record.state not in (RolloutState.RUNNING, RolloutState.PAUSED):
        raise NotAllowedError(
            f"The rollout {rollout} has ended: it is {record.state}", record.reason, ""
        )
    world.store.rollouts.ask(rollout, word)
    world.record(f"rollout.{word}", rollout, "asked")
    try:
        # Whoever takes it over reads the word first, and does nothing else.
        return run_rollout(world, rollout, lambda _news: None)
    except LockedError:
        return world.store.rollouts.get(rollout)
