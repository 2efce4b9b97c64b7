"""Another machine for a hosted stack: one that joins, and one in the place of one that is lost."""

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import check_slug, client_host, deploy_request
from leadengine_ctl.operations.lost import why_silent
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.sharing import first_of


def join_request(
    world: World, name: str, beside: str, host: str, dns: str | None = None
) -> DeployRequest:
    """A deploy of the release that the first machine runs.

    Raises:
        NotFoundError: there is no such stack.
        NotAllowedError: its data is on its own machine, or the name is another stack's.
    """
    first = first_of(world, check_slug(beside))
    known = world.store.clients.find(check_slug(name))
    if known and (known.spec.beside is None or known.spec.beside.client != first.slug):
        raise NotAllowedError(
            f"{name} is another stack already, at https://{known.spec.names[0]}",
            "Each machine of a stack has a name of its own.",
            "Choose another name.",
        )
    # It is served under the first one's names; this one tells the machines apart.
    domain = f"{name}.{first.spec.domain}"
    return _request(world, name, domain, first, host, dns).model_copy(update={"beside": first.slug})


def replace_request(world: World, name: str, host: str, dns: str | None = None) -> DeployRequest:
    """A deploy of the same stack on another machine, as its own does not answer and never will.

    Raises:
        NotFoundError: there is no such stack.
        NotAllowedError: its data was on its machine, the machine answers, or it is the same one.
    """
    record = world.store.clients.get(check_slug(name))
    first = first_of(world, name)
    old = client_host(world, name)
    request = _request(world, name, record.spec.domain, first, host, dns)
    if HostAddress.parse(request.host).name == record.host:
        raise NotAllowedError(
            f"{name} is on {record.host} already",
            "Another machine is to take its place.",
            f"Name another with --host, or deploy to it again: lectl cloud join {name}",
        )
    why_silent(world, old)
    return request.model_copy(update={"instead_of": record.host})


def _request(
    world: World, name: str, domain: str, first: ClientRecord, host: str, dns: str | None
) -> DeployRequest:
    return deploy_request(
        world,
        name,
        domain,
        email=first.spec.email,
        host=host,
        plan="hosted",
        release=first.release,
        dns=dns,
        kind="hosted",
    )
