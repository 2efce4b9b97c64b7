"""Make a machine a host before it has a client."""

from leadengine_ctl.hosts.base import HostAddress, Report
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.lock import client_lock
from leadengine_ctl.operations.making_hosts import make_host, remember_host


def prepare_host(world: World, address: HostAddress, report: Report, *, harden: bool) -> bool:
    """Engine and agent of the newest release, and the hardening baseline. It is known from then on.

    Returns:
        Whether all of the baseline is in place, as far as it was asked for.

    Raises:
        NotFoundError: no release is at hand.
        LockedError: somebody else is at it from this machine.
        NotAllowedError: the machine may not become a host.
    """
    agent = world.library.newest().release.agent
    lock = client_lock(
        world.settings.data_folder / "locks",
        f"host:{address.name}",
        f"preparation by {world.actor}",
    )
    with lock, world.open_host(address) as host:
        make_host(world, host, agent, report)
        remember_host(world, address)
        if not harden or host.is_hardened():
            return True
        return not host.harden(report)
