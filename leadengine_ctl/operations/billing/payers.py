"""Who pays: a client with a stack of its own, or one of a hosted stack."""

from dataclasses import dataclass

from leadengine_ctl.errors import LeadEngineError, NotAllowedError, NotFoundError
from leadengine_ctl.fleet.hosted_clients import HostedClient
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import check_slug, client_host
from leadengine_ctl.operations.tenants import learn, read_tenants


@dataclass(frozen=True)
class Payer:
    """Somebody who pays.

    Attributes:
        record: of a stack of its own; None: it is in a hosted one.
        stack: the hosted stack it is in; empty: it has its own.
    """

    slug: str
    client_id: str
    domain: str
    email: str
    plan: str
    record: ClientRecord | None = None
    stack: str = ""

    def host(self, world: World) -> str:
        """The address of the host of its stack."""
        return str(client_host(world, self.stack or self.slug))


def payer_of(world: World, name: str) -> Payer:
    """Who has a name, by the store alone.

    Raises:
        NotFoundError: nobody has it.
        NotAllowedError: several have it, and nobody is charged for another.
    """
    record, hosted = world.store.clients.find(name), world.store.hosted.called(name)
    if len(hosted) + bool(record) > 1:
        raise NotAllowedError(
            f"There are several clients called {name}",
            "A bill is for one of them.",
            "Give one of them another name.",
        )
    if record is not None:
        spec = record.spec
        return Payer(name, spec.client_id, spec.domain, spec.email, spec.plan, record)
    if hosted:
        return _of_hosted(hosted[0])
    return _nobody(world, name)


def find_payer(world: World, name: str) -> Payer:
    """Who has a name; hosted stacks are asked for clients that the store does not know yet.

    Raises:
        NotFoundError: nobody has it.
        NotAllowedError: several have it.
    """
    try:
        return payer_of(world, check_slug(name))
    except NotFoundError:
        for each in world.store.clients.all():
            if each.spec.kind == "hosted" and each.spec.beside is None:
                _learn(world, each.slug, name)
        return payer_of(world, name)


def _learn(world: World, stack: str, name: str) -> None:
    try:
        found = read_tenants(world, stack, name).shown
    except LeadEngineError:
        return
    if found is not None:
        learn(world, stack, found)


def _of_hosted(known: HostedClient) -> Payer:
    return Payer(
        known.slug, known.client_id, known.domain, known.email, "hosted", stack=known.stack
    )


def _nobody(world: World, name: str) -> Payer:
    world.store.clients.get(name)
    raise NotFoundError(f"There is no client called '{name}'")
