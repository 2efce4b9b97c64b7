"""What an idle executor holds in memory."""

import subprocess
import sys

from leadengine_agent.executor.leanness import _HEAVY

_PROGRAM = """
import sys
from leadengine_agent.executor import server
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import Backup, Certify, Verify
from leadengine_agent.tasks import is_idle
for order in (Certify(scheduled=True), Backup(scheduled=True), Verify(scheduled=True)):
    is_idle(order, HostLayout())
print(" ".join(sorted(name.partition(".")[0] for name in sys.modules)))
"""


def test_an_idle_executor_loads_nothing_heavy() -> None:
    """Else it would begin anew every few seconds, and still hold it."""
    words = (sys.executable, "-c", _PROGRAM)
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd="agent")
    assert set(done.stdout.split()).isdisjoint(_HEAVY)
