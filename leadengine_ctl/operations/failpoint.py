"""Dying on purpose: `LECTL_FAILPOINT=deploy.activate:before` kills this process at that point.

For tests of promise R1 only: a kill by SIGKILL before or after any step must lose nothing. `after` is
the moment when the step has happened and its checkpoint has not been written.

`LECTL_PAUSEPOINT` puts it to sleep there (SIGSTOP) until somebody wakes it, for promise R3: who sleeps
while others go on must do no harm when he wakes up.
"""

import os
import signal


def reach(point: str) -> None:
    """Die or sleep here if this is the point that was asked for."""
    if os.environ.get("LECTL_FAILPOINT") == point:
        os.kill(os.getpid(), signal.SIGKILL)
    if os.environ.get("LECTL_PAUSEPOINT") == point:
        os.kill(os.getpid(), signal.SIGSTOP)
