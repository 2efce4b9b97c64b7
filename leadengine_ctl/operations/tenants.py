"""Clients of a hosted stack: made, suspended, let go; each a durable operation of one order.

None of the orders is fenced, so no operation here asks for its number first (`run.about("")`): each
question to a host is a program started there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from leadengine_agent.protocol import (
    ChangedResult,
    CreateTenant,
    CredentialsResult,
    DeletedTenant,
    DeleteTenant,
    Fence,
    SuspendTenant,
    TenantCredentials,
    TenantResult,
    Tenants,
    TenantsResult,
)
from leadengine_agent.values import CompanyName, DomainName, Email, Frozen, HexColour, Slug
from leadengine_ctl.errors import HostUnreachableError, NotFoundError, UsageError
from leadengine_ctl.fleet.hosted_clients import HostedClient
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import HostAddress, Transport
from leadengine_ctl.operations.base import Did, Run, Work, World
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.defaults import check_slug, client_host
from leadengine_ctl.operations.orders import ask
from leadengine_ctl.operations.sharing import first_name, machines_of


class TenantRequest(Frozen):
    """Which client of which hosted stack. `client`: the stack, or one beside it; `host`: its address."""

    client: Slug
    host: str
    tenant: Slug


class CreateTenantRequest(TenantRequest):
    """A client to make, with its website and first administrator.

    Attributes:
        company: what it calls itself before visitors; None: as `tenant`.
        colour: None: the stack's.
    """

    domain: DomainName
    email: Email
    company: CompanyName | None = None
    colour: HexColour | None = None


class ChangeTenantRequest(TenantRequest):
    """What is done to one that is there."""

    do: Literal["suspend", "resume"]


@dataclass(frozen=True)
class CreateTenantVerb(ClientVerb[CreateTenantRequest]):
    """Make it.

    Attributes:
        tell: is given the first administrator's password, which is told once and is in no checkpoint;
            None: nobody is there to be told, and whoever asks next is.
    """

    name: str = "create-tenant"
    tell: Callable[[CredentialsResult], None] | None = field(default=None, compare=False)

    def works(self, run: Run) -> tuple[Work, ...]:
        run.about("")
        return (Work("create", lambda: self._create(run)),)

    def _create(self, run: Run) -> Did:
        asked = self.request
        order = CreateTenant.model_validate(asked.model_dump(exclude={"host"}))
        address = HostAddress.parse(asked.host)
        made = TenantResult.model_validate(run.order(address, "create", order))
        if self.tell:
            self.tell(_password(run.world, run.host(address), asked))
        data = made.model_dump(mode="json")
        learn(run.world, first_name(run.world, asked.client), made)
        return Did(made.created, f"client ID {made.client_id}", data)


@dataclass(frozen=True)
class ChangeTenantVerb(ClientVerb[ChangeTenantRequest]):
    """Let nobody in, or let it go on."""

    name: str = "change-tenant"

    def works(self, run: Run) -> tuple[Work, ...]:
        run.about("")
        return (Work(self.request.do, lambda: self._change(run)),)

    def _change(self, run: Run) -> Did:
        asked = self.request
        order = SuspendTenant(client=asked.client, tenant=asked.tenant, resume=asked.do == "resume")
        answer = run.order(HostAddress.parse(asked.host), asked.do, order)
        return Did(changed=ChangedResult.model_validate(answer).changed)


@dataclass(frozen=True)
class DeleteTenantVerb(ClientVerb[TenantRequest]):
    """Delete it, and prove that nothing is left."""

    name: str = "delete-tenant"

    def works(self, run: Run) -> tuple[Work, ...]:
        run.about("")
        return (Work("delete", lambda: self._delete(run)),)

    def _delete(self, run: Run) -> Did:
        asked = self.request
        order = DeleteTenant(client=asked.client, tenant=asked.tenant)
        answer = run.order(HostAddress.parse(asked.host), "delete", order)
        gone = DeletedTenant.model_validate(answer)
        run.world.store.hosted.remove(first_name(run.world, asked.client), asked.tenant)
        detail = f"looked for in {gone.looked_at} places afterwards: nothing is left"
        return Did(changed=True, detail=detail, data=gone.model_dump())


def learn(world: World, stack: str, found: TenantResult) -> HostedClient:
    """Know a client of a hosted stack from now on, as whoever bills it does."""
    known = HostedClient(
        stack=stack,
        slug=found.slug,
        client_id=found.client_id,
        domain=found.domain,
        email=found.email,
    )
    world.store.hosted.save(known)
    return known


def hosted_stack(world: World, named: str | None) -> ClientRecord:
    """The hosted stack a person means: named, or the only one.

    Raises:
        NotFoundError: there is none.
        UsageError: there are several, or the named one is a client's own.
    """
    if named is not None:
        record = world.store.clients.get(check_slug(named))
        if record.spec.kind != "hosted":
            raise UsageError(
                f"The stack '{named}' hosts no clients",
                "It is one client's own.",
                "Make one for many: lectl cloud create DOMAIN",
            )
        return record
    hosted = (each for each in world.store.clients.all() if each.spec.kind == "hosted")
    found = [each for each in hosted if each.spec.beside is None]
    if not found:
        raise NotFoundError(
            "There is no hosted stack yet",
            "A hosted client lives in a stack that clients share.",
            "Make one first: lectl cloud create DOMAIN --host HOST",
        )
    if len(found) > 1:
        raise UsageError(
            "It is not clear which hosted stack is meant",
            f"There are: {', '.join(each.slug for each in found)}.",
            "Name one: --cloud NAME",
        )
    return found[0]


def place_of(world: World, named: str | None) -> tuple[str, str]:
    """The name of the hosted stack a person means, and the address of its host."""
    record = hosted_stack(world, named)
    return record.slug, str(client_host(world, record.slug))


def answering_place(world: World, named: str | None) -> tuple[str, str]:
    """A machine of the hosted stack a person means that answers: its name, and the address of its host.

    Clients are in the data that all machines share: any one will do. A stack with one is not asked.

    Raises:
        HostUnreachableError: none answers.
        NotFoundError, UsageError: as `hosted_stack`.
    """
    records = [each for each in machines_of(world, hosted_stack(world, named)) if each.release]
    if len(records) < 2:
        return place_of(world, named)
    for each in records:
        address = client_host(world, each.slug)
        try:
            world.ask(address, Fence(client=each.slug))
        except HostUnreachableError as error:
            silence = error
        else:
            return each.slug, str(address)
    raise silence


def read_tenants(world: World, named: str | None, tenant: str | None) -> TenantsResult:
    """Ask a hosted stack who is in it, or for one client with all there is of it."""
    stack, host = answering_place(world, named)
    order = Tenants.model_validate({"client": stack, "tenant": tenant})
    return TenantsResult.model_validate(world.ask(HostAddress.parse(host), order))


def take_tenant_password(world: World, request: TenantRequest) -> CredentialsResult:
    """The first administrator's password, for whoever it was not told yet."""
    with world.open_host(HostAddress.parse(request.host)) as opened:
        return _password(world, opened, request)


def _password(world: World, host: Transport, request: TenantRequest) -> CredentialsResult:
    """The first administrator's password, told once. It is kept nowhere but as a hash in the stack."""
    order = TenantCredentials(client=request.client, tenant=request.tenant)
    found = CredentialsResult.model_validate(ask(host, world.actor, order))
    world.record("credentials.show", request.tenant)
    return found
