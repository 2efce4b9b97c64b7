"""Wait until an executor that was just started takes tasks."""

import secrets
import time

from leadengine_agent.protocol import Inspect, Task
from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.hosts.agent_containers import EXECUTOR
from leadengine_ctl.hosts.base import HostAddress, Runner
from leadengine_ctl.hosts.conversation import submit
from leadengine_ctl.hosts.text import last_lines

_PATIENCE = 60.0


def wait_for_executor(runner: Runner, address: HostAddress) -> None:
    """Return once the executor answers a question, whatever the answer.

    Raises:
        LeadEngineError: it does not within a minute; its last lines are in `logs`.
    """
    end = time.monotonic() + _PATIENCE
    while not _answers(runner, address):
        if time.monotonic() > end:
            raise _never_ready(runner, address)
        time.sleep(0.3)


def _answers(runner: Runner, address: HostAddress) -> bool:
    task = Task(id=f"ready-{secrets.token_hex(8)}", actor="lectl", order=Inspect())
    try:
        return bool(list(submit(runner, address, task)))
    except LeadEngineError:
        return False


def _never_ready(runner: Runner, address: HostAddress) -> LeadEngineError:
    log = runner.run(("docker", "logs", "--tail", "15", EXECUTOR))
    return LeadEngineError(
        f"The executor on {address} does not answer",
        f"It was started and took no task for {_PATIENCE:.0f} s; its last lines are below.",
        "Mend what they show, then run the command again.",
        logs=last_lines(log.out + log.err),
    )
