"""Put the panel on a host, past its agent's language: no task can do that."""

from leadengine_agent.protocol import Event, Failure, PanelOrder, encode_secrets
from leadengine_ctl.errors import HostUnreachableError
from leadengine_ctl.hosts.agent_containers import EXECUTOR
from leadengine_ctl.hosts.base import HostAddress, Progress, Report, Runner
from leadengine_ctl.hosts.commands import failed
from leadengine_ctl.hosts.conversation import converse

_EXEC = ("docker", "exec", "-i", EXECUTOR, "leadengine-agent")
_SILENCE = 400.0
"""Seconds: longer than an order at a certificate authority may take."""


def install_panel(
    runner: Runner, address: HostAddress, order: PanelOrder, report: Report
) -> Failure | None:
    """See `Host.install_panel`."""
    argv = (*_EXEC, "panel")
    for answer in converse(runner, address, argv, encode_secrets(order), _SILENCE):
        if not isinstance(answer, Event):
            return answer.failure
        report(Progress(answer.step, answer.state, answer.detail))
    raise HostUnreachableError(
        f"{address} stopped talking in the middle of the installation",
        "It ended without an outcome.",
        "Run the same command again: what was done is not done twice.",
    )


def panel_owner(runner: Runner, address: HostAddress, email: str) -> str:
    """See `Host.panel_owner`."""
    ended = runner.run((*_EXEC, "panel-owner"), stdin=email.encode(), timeout=120)
    if ended.code:
        raise failed(ended, f"The first owner of the panel on {address} could not be made")
    return ended.out.decode(errors="replace").strip()
