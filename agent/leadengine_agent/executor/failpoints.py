"""Killing the agent at a chosen point, to prove that any point may be the last (promise R1).

Whoever is root on the host may write `STEP:before` or `STEP:after` into `agent/failpoint`. The point
disarms itself before it fires, so that the next run goes on.
"""

import os
import signal
from pathlib import Path


class Failpoints:
    """The armed failpoint of this host, if any."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def reach(self, point: str) -> None:
        """Die by SIGKILL if `point` is the armed one."""
        if self._path.exists() and self._path.read_text().strip() == point:
            self._path.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
