"""Whether a deploy may be: names that are free, a release that is not older than what runs."""

from leadengine_agent.values import version_key
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.request import DeployRequest


def check_names(world: World, request: DeployRequest) -> None:
    """Make sure that neither the client nor the domain is in use elsewhere.

    Raises:
        NotAllowedError: one of them is; the words say where.
    """
    old = world.store.clients.find(request.client)
    host = HostAddress.parse(request.host).name
    if old and old.host not in {host, request.instead_of}:
        raise NotAllowedError(
            f"{request.client} is already on the host {old.host}, at https://{old.spec.domain}",
            f"A client has one stack; this deploy would make another one on {host}.",
            f"Deploy with '--host {old.host}', or first remove it there: lectl destroy {old.slug}",
        )
    if old and old.spec.kind != request.kind:
        raise NotAllowedError(
            f"{request.client} is a {old.spec.kind} stack already, at https://{old.spec.names[0]}",
            f"It cannot become a {request.kind} one.",
            "Choose another name for the new one.",
        )
    if old and request.client_id not in {None, old.spec.client_id}:
        raise NotAllowedError(
            f"{request.client} is another client already, at https://{old.spec.domain}",
            f"Its client ID is {old.spec.client_id}, and {request.client_id} is to come there.",
            "Give one of them another name.",
        )
    other = world.store.clients.find_domain(request.domain)
    if other and other.slug != request.client:
        raise NotAllowedError(
            f"{request.domain} is already used by the client {other.slug} on {other.host}",
            "Two stacks cannot answer for one domain.",
            f"Choose another domain, or destroy {other.slug} first.",
        )


def check_release(world: World, request: DeployRequest) -> None:
    """Make sure that the client does not run a newer release already.

    Raises:
        NotAllowedError: it does: its database would be ahead of the program.
    """
    old = world.store.clients.find(request.client)
    if old and old.release and version_key(request.release) < version_key(old.release):
        raise NotAllowedError(
            f"{request.client} runs release {old.release}, which is newer than {request.release}",
            "A database does not go back to an older schema.",
            "Build a newer release first: lectl release build.",
        )


def check_free(world: World, client: str, domain: str) -> None:
    """Make sure that nobody has the name or the domain: a copy must not take somebody's place.

    Raises:
        NotAllowedError: somebody has.
    """
    holder = world.store.clients.find(client) or world.store.clients.find_domain(domain)
    if holder is not None:
        raise NotAllowedError(
            f"{client} cannot be made at https://{domain}",
            f"{holder.slug} is on {holder.host} already, at https://{holder.spec.domain}.",
            "Choose another name and another domain.",
        )


def check_host(world: World, request: DeployRequest) -> None:
    """Make sure that the host takes clients, or has this one already.

    Raises:
        NotAllowedError: it is being drained.
    """
    name = HostAddress.parse(request.host).name
    host = world.store.hosts.find(name)
    client = world.store.clients.find(request.client)
    if host and host.draining and not (client and client.host == name):
        raise NotAllowedError(
            f"{name} takes no new clients",
            f"It is being drained: {host.draining}.",
            f"Choose another host, or let it take clients again: lectl host drain {name} --undo",
        )
