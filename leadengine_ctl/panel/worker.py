"""The worker: takes what waits, and has each done in a process of its own.

An operation is one process, as on the command line: its durable workflow ends with it and with nothing else.
The process holds the job by a lease that it renews itself. So a worker may die and the operation goes on; and
when the operation's process dies, another worker begins with it again, from where it was.
"""

import secrets
import socket
import subprocess
import sys
import threading
import time

from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.jobs import LEASE

_PAUSE = 0.5


class Worker:
    """Args:
    at_once: how many operations run at a time.
    """

    def __init__(self, world: World, at_once: int) -> None:
        self._world = world
        self._at_once = at_once
        self._over = threading.Event()
        self._running: list[subprocess.Popen[bytes]] = []

    def run(self) -> None:
        """Work until `stop`."""
        while not self._over.is_set():
            if not self.step():
                self._over.wait(_PAUSE)

    def step(self) -> bool:
        """Begin with one job, when one waits and there is room; True: it did."""
        self._running = [each for each in self._running if each.poll() is None]
        if len(self._running) >= self._at_once:
            return False
        runner = f"{socket.gethostname()}:{secrets.token_hex(6)}"
        job = self._world.store.jobs.claim(runner, LEASE)
        if job is None:
            return False
        argv = (sys.executable, "-m", "leadengine_ctl.panel.child", job.id, runner)
        self._running.append(subprocess.Popen(argv, stdin=subprocess.DEVNULL))
        return True

    def stop(self) -> None:
        """Begin with nothing more. What runs goes on."""
        self._over.set()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing runs; True: nothing does."""
        end = time.monotonic() + seconds
        while any(each.poll() is None for each in self._running):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True
