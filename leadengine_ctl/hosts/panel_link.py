"""Connect a host to a panel, past its agent's language: no task can do that."""

from leadengine_agent.protocol import StepState
from leadengine_ctl.hosts.agent_containers import EXECUTOR
from leadengine_ctl.hosts.base import HostAddress, PanelLink, Progress, Report, Runner
from leadengine_ctl.hosts.commands import failed

_CONNECT = ("docker", "exec", "-i", EXECUTOR, "leadengine-agent", "connect")


def connect_panel(runner: Runner, address: HostAddress, link: PanelLink, report: Report) -> None:
    """See `Host.connect_panel`."""
    ended = runner.run(_CONNECT, stdin=link.as_json())
    if ended.code:
        raise failed(ended, f"{address} could not be told about the panel")
    is_new = ended.out.decode(errors="replace").strip() == "connected"
    report(Progress("panel", StepState.DONE if is_new else StepState.UNCHANGED, link.url))
