"""Give a host back, or forget one that is lost."""

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress, Report
from leadengine_ctl.operations.base import Did, World


def remove_host(world: World, name: str, *, purge: bool, report: Report) -> None:
    """Remove the agent from a host and forget the host.

    Raises:
        NotFoundError: no host has that name.
        NotAllowedError: clients live there.
    """
    record = world.store.hosts.get(name)
    clients = [each.slug for each in world.store.clients.all() if each.host == name]
    if clients:
        raise NotAllowedError(
            f"The host {name} cannot be removed",
            f"These clients live on it: {', '.join(clients)}.",
            "Destroy them first with 'lectl destroy'.",
        )
    with world.open_host(HostAddress.parse(record.url)) as host:
        host.remove_agent(purge=purge, report=report)
    world.store.hosts.remove(name)


def forget_host(world: World, name: str) -> Did:
    """Forget a host that is lost, unless others are still to be found on it; its agent is let in no more."""
    others = [each.slug for each in world.store.clients.on(name)]
    if others:
        return Did(changed=False, detail=f"{', '.join(others)} live there")
    known = world.store.hosts.find(name) is not None
    world.store.agents.forget(name)
    world.store.hosts.remove(name)
    return Did(changed=known)
