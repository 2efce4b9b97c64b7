"""The agents that report: taken up, looked at, sent away; and their tasks, signed."""

import time
from dataclasses import dataclass

from pydantic import SecretStr

from leadengine_ctl.errors import UsageError
from leadengine_ctl.fleet.agent_records import QueuedTask
from leadengine_ctl.hosts.base import Host, HostAddress, PanelLink, Report, quiet
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.mailbox import colour_of
from leadengine_ctl.operator_key import load_key
from leadengine_ctl.planning.liveness import HostColour


@dataclass(frozen=True)
class AgentStatus:
    """An agent as the panel knows it. `seen`: seconds since its last heartbeat; None: there was none."""

    host: str
    colour: HostColour
    version: str
    seen: float | None
    locked: str


def enrol(world: World, name: str, report: Report = quiet) -> None:
    """Have a host report to the panel: it is told where, whom to obey, and a token for itself alone.

    Raises:
        NotFoundError: there is no such host.
        UsageError: no panel is set.
    """
    record = world.store.hosts.get(name)
    with world.open_host(HostAddress.parse(record.url)) as host:
        introduce(world, host, name, report)


def introduce(world: World, host: Host, name: str, report: Report = quiet) -> None:
    """The same, over a conversation that is open.

    Raises:
        UsageError: no panel is set.
    """
    settings = world.settings
    if settings.panel_url is None:
        raise UsageError(
            "No panel is set",
            "A host has to be told where to report.",
            "Set LECTL_PANEL_URL to the panel's address, as in https://panel.example.com",
        )
    key = load_key(settings.operator_key_file)
    link = PanelLink(
        url=settings.panel_url.rstrip("/"),
        host=name,
        authority=settings.panel_authority(),
        token=SecretStr(world.store.agents.issue_token(name, world.actor, time.time())),
        operators=((key.id, key.public),),
        new_stacks=settings.panel_new_stacks,
        domains=tuple(filter(None, settings.panel_domains.replace(" ", "").split(","))),
    )
    host.connect_panel(link, report)


def agents(world: World) -> tuple[AgentStatus, ...]:
    """Every agent, by host."""
    now = time.time()
    last = {each.host: each for each in world.store.reports.heartbeats()}
    return tuple(
        AgentStatus(
            agent.host,
            colour_of(last.get(agent.host), now),
            last[agent.host].heartbeat.agent_version if agent.host in last else agent.version,
            now - agent.last_seen if agent.last_seen else None,
            agent.revoked_why,
        )
        for agent in world.store.agents.all()
    )


def sign_task(world: World, task: str) -> QueuedTask:
    """Sign a task with this operator's key, so that its host carries it out.

    Raises:
        NotFoundError: there is no such task.
        NotAllowedError: it waits for no signature.
    """
    queued = world.store.queue.get(task)
    key = load_key(world.settings.operator_key_file)
    signature = key.sign_task(queued.host, world.store.queue.text(task))
    world.store.queue.sign(task, signature, time.time())
    return world.store.queue.get(task)
