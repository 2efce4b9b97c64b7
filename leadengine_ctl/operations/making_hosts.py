"""What every way onto a machine begins with: it is made a host, and known by its name from then on."""

from leadengine_agent.protocol import ImageRef
from leadengine_ctl.hosts.base import FLOOR, Host, HostAddress, Minimum, Report
from leadengine_ctl.operations.base import World

_NO_FLOOR = Minimum(memory=0, disk=0, cores=0)


def make_host(world: World, host: Host, agent: ImageRef, report: Report) -> None:
    """Engine and agent. Raises NotAllowedError: the machine may not become a host."""
    floor = FLOOR if world.settings.host_floor == "half" else _NO_FLOOR
    host.prepare(agent, world.settings.registry_login(), floor, report, world.library.roots())


def remember_host(world: World, address: HostAddress) -> None:
    """Note where a host is, unless that is known."""
    hosts, url = world.store.hosts, str(address)
    known = hosts.find(address.name)
    if known is None or known.url != url:
        hosts.save(address.name, url)
