"""The worker: takes what waits, and has each done in a process of its own.

An operation is one process, as on the command line: its durable workflow ends with it and with nothing else.
The job is held by a lease, which the process renews, and the worker for it until it has come up: on a
busy machine that takes longer than a lease. So a worker may die and the operation goes on; and when the
process of the operation dies, another worker begins with it again, from where it was.
"""

import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.jobs import LEASE

_PAUSE = 0.5
_RENEW = LEASE / 5
_COULD_NOT_BEGIN = (
    "The process for it ended with an error of its own",
    "The details are in the log of the panel.",
    "Mend what is said there, then ask for it again.",
)


@dataclass
class _Running:
    """A process that carries out a job."""

    process: subprocess.Popen[bytes]
    job: str
    runner: str
    renewed_at: float

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def look_after(self, world: World) -> None:
        """Hold the job for it a while longer; note it when it could not even begin.

        One that was killed is begun with again by whoever finds its lease lapsed.
        """
        if (self.process.poll() or 0) > 0:
            world.store.jobs.end(self.job, self.runner, _COULD_NOT_BEGIN)
        elif self.is_alive() and time.monotonic() - self.renewed_at > _RENEW:
            self.renewed_at = time.monotonic()
            world.store.jobs.renew(self.job, self.runner, LEASE)


class Worker:
    """Args:
    at_once: how many operations run at a time.
    environment: of the processes; None: this one's.
    """

    def __init__(
        self, world: World, at_once: int, environment: Mapping[str, str] | None = None
    ) -> None:
        self._world = world
        self._at_once = at_once
        self._environment = environment
        self._over = threading.Event()
        self._running: list[_Running] = []

    def run(self) -> None:
        """Work until `stop`."""
        while not self._over.is_set():
            if not self.step():
                self._over.wait(_PAUSE)

    def step(self) -> bool:
        """Begin with one job, when one waits and there is room; True: it did."""
        for each in self._running:
            each.look_after(self._world)
        self._running = [each for each in self._running if each.is_alive()]
        if len(self._running) >= self._at_once:
            return False
        runner = f"{socket.gethostname()}:{secrets.token_hex(6)}"
        job = self._world.store.jobs.claim(runner, LEASE)
        if job is None:
            return False
        argv = (sys.executable, "-m", "leadengine_ctl.panel.child", job.id, runner)
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, env=self._environment)
        self._running.append(_Running(child, job.id, runner, time.monotonic()))
        return True

    def stop(self) -> None:
        """Begin with nothing more. What runs goes on."""
        self._over.set()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing runs; True: nothing does."""
        end = time.monotonic() + seconds
        while any(each.is_alive() for each in self._running):
            if time.monotonic() > end:
                return False
            for each in self._running:
                each.look_after(self._world)
            time.sleep(0.05)
        return True
