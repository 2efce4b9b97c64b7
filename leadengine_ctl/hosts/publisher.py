"""Tell a host whose releases to believe, past its agent's language: no task can do that."""

import json

from leadengine_agent.protocol import StepState
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.agent_containers import EXECUTOR
from leadengine_ctl.hosts.base import HostAddress, Progress, Report, Runner
from leadengine_ctl.hosts.commands import failed

_TRUST = ("docker", "exec", "-i", EXECUTOR, "leadengine-agent", "trust")
_REFUSED = 3
"""How the agent ends when it believes another publisher; it says which."""


def pin_publisher(
    runner: Runner, address: HostAddress, roots: tuple[str, ...], report: Report
) -> None:
    """See `Host.prepare`.

    Raises:
        NotAllowedError: the host believes another publisher.
    """
    ended = runner.run(_TRUST, stdin=json.dumps({"roots": roots}).encode())
    answer = ended.out.decode(errors="replace").strip()
    if ended.code == _REFUSED:
        raise other_publisher(address, answer)
    if ended.code:
        raise failed(ended, f"{address} could not be told whose releases to believe")
    state = StepState.DONE if answer == "pinned" else StepState.UNCHANGED
    report(Progress("publisher", state, answer))


def other_publisher(address: HostAddress, fingerprint: str) -> NotAllowedError:
    """The error for a host that believes somebody else."""
    return NotAllowedError(
        f"{address} does not believe the publisher of these releases",
        f"It was prepared for the publisher {fingerprint}, and keeps to the first.",
        "Deploy releases of that publisher there. To hand the host over for good, first remove its "
        "agent with its files: lectl host remove HOST --purge",
    )
