"""Dying on purpose: `LECTL_FAILPOINT=deploy.activate:before` kills this process at that point.

For tests of promise R1 only: a kill by SIGKILL before or after any step must lose nothing. `after` is
the moment when the step has happened and its checkpoint has not been written.
"""

import os
import signal


def reach(point: str) -> None:
    """Die here if this is the point that was asked for."""
    if os.environ.get("LECTL_FAILPOINT") == point:
        os.kill(os.getpid(), signal.SIGKILL)
