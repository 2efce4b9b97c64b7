"""From a bare machine to a host: engine, agent image, executor, reporter, a publisher to believe.

Each step looks first and does only what is missing, so the whole can be killed anywhere and run
again.
"""

from dataclasses import dataclass

from leadengine_agent.protocol import ImageRef, RegistryLogin, StepState
from leadengine_ctl.hosts.agent_lifecycle import is_current, start_agent
from leadengine_ctl.hosts.base import HostAddress, Minimum, Progress, Report, Runner
from leadengine_ctl.hosts.engine import ensure_engine
from leadengine_ctl.hosts.images import carry
from leadengine_ctl.hosts.probing import look
from leadengine_ctl.hosts.publisher import pin_publisher
from leadengine_ctl.hosts.pulling import has_image, pull
from leadengine_ctl.hosts.suitability import check_suitable


@dataclass(frozen=True)
class Preparation:
    """What a host is prepared with."""

    agent: ImageRef
    login: RegistryLogin | None
    floor: Minimum
    roots: tuple[str, ...]


def prepare(runner: Runner, address: HostAddress, plan: Preparation, report: Report) -> None:
    """See `Host.prepare`."""
    if is_current(runner, plan.agent):
        report(Progress("agent", StepState.UNCHANGED, "runs as it should"))
    else:
        check_suitable(look(runner, privileged=True), address, plan.floor, report)
        ensure_engine(runner, address, report)
        _ensure_agent_image(runner, address, plan, report)
        start_agent(runner, address, plan.agent, report)
    if plan.roots:
        pin_publisher(runner, address, plan.roots, report)


def _ensure_agent_image(
    runner: Runner, address: HostAddress, plan: Preparation, report: Report
) -> None:
    if not plan.agent.pulled:
        carry(runner, address, (plan.agent,), report)
    elif has_image(runner, plan.agent.reference):
        report(Progress("agent-image", StepState.UNCHANGED, "already there"))
    else:
        report(Progress("agent-image", StepState.STARTED, "pulling"))
        pull(runner, address, plan.agent, plan.login)
        report(Progress("agent-image", StepState.DONE, "pulled"))
