"""The lease of a rollout: one process runs it at a time, and another takes over when that one is gone."""

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from leadengine_ctl.errors import LeadEngineError, LockedError
from leadengine_ctl.fleet.records import Word
from leadengine_ctl.fleet.rollouts import Rollouts
from leadengine_ctl.fleet.store import now
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.lock import client_lock

LEASE = 10.0
"""Seconds after which a runner that gave no sign counts as gone."""

_HEARTBEAT = 2.0
Answer = TypeVar("Answer")


class Lease:
    """The right to act on a rollout, renewed by a thread of its own."""

    def __init__(self, rollouts: Rollouts, rollout: str, runner: str) -> None:
        self.rollout = rollout
        self.runner = runner
        self._rollouts = rollouts
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()

    def word(self) -> Word:
        """The word that was left for us, read now.

        Raises:
            LockedError: another process has taken the rollout over.
        """
        return kept(self._rollouts.word(self.rollout, self.runner), self.rollout)

    def _beat(self) -> None:
        while not self._over.wait(_HEARTBEAT):
            # A store that is away for a moment is asked again; when it stays away, the lease lapses.
            with suppress(LeadEngineError):
                if not self._rollouts.renew(self.rollout, self.runner, LEASE):
                    return


@contextmanager
def lease_of(world: World, rollout: str) -> Iterator[Lease]:
    """Hold the lease of a rollout.

    Raises:
        LockedError: another process holds it, or the rollout has ended.
    """
    folder = world.settings.data_folder / "locks"
    desk = _desk(folder)
    runner = f"{desk}:{secrets.token_hex(4)}"
    with client_lock(folder, f"rollout-{rollout}", f"{world.actor} since {now()}"):
        # The kernel gave us the lock: no other process of this desk is alive with it.
        if not world.store.rollouts.acquire(rollout, runner, LEASE, dead=f"{desk}:"):
            raise _held(world, rollout)
        lease = Lease(world.store.rollouts, rollout, runner)
        lease.start()
        try:
            yield lease
        finally:
            lease.stop()


def kept(answer: Answer | None, rollout: str) -> Answer:
    """What a write of the lease's holder answered.

    Raises:
        LockedError: it answered nothing, because another process has taken the rollout over.
    """
    if not answer:
        raise LockedError(
            f"Another process has taken over the rollout {rollout}",
            f"This one gave no sign of life for {LEASE:.0f} s.",
            f"Watch it with 'lectl rollout show {rollout}'.",
        )
    return answer


def _desk(folder: Path) -> str:
    """Name this folder of locks: the kernel's locks in it say who is alive, and for no other folder."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "desk"
    if not path.exists():
        draft = folder / f"desk-{os.getpid()}-{secrets.token_hex(4)}"
        draft.write_text(secrets.token_hex(8), encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return f"{socket.gethostname()}/{path.read_text(encoding='ascii')}"


def _held(world: World, rollout: str) -> LockedError:
    record = world.store.rollouts.get(rollout)
    if record.runner is None:
        return LockedError(
            f"The rollout {rollout} has ended: it is {record.state}",
            record.reason,
            "Start a new one with 'lectl update'.",
        )
    return LockedError(
        f"The rollout {rollout} is run by another process",
        f"Holder: {record.runner}, with a lease of {LEASE:.0f} s that it renews.",
        f"Watch it with 'lectl rollout show {rollout}'; if it dies, resume it a little later.",
    )
