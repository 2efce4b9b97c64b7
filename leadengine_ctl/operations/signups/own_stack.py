"""A stack of one's own: a server is bought for it where the settings say so, then it is deployed there."""

from leadengine_agent.protocol import HostState, Inspect
from leadengine_ctl.dns.base import Record, records_of
from leadengine_ctl.errors import LeadEngineError, NotAllowedError
from leadengine_ctl.fleet.servers import ServerRecord
from leadengine_ctl.fleet.signup_records import SignupRecord
from leadengine_ctl.operations.admission import check_names
from leadengine_ctl.operations.base import Verb, World
from leadengine_ctl.operations.defaults import client_host, deploy_request, find_address
from leadengine_ctl.operations.deploy import Deploy
from leadengine_ctl.operations.naming import addresses_of
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.seeing import see
from leadengine_ctl.operations.servers.arriving import address_of
from leadengine_ctl.operations.servers.provision import Provision, provision_request
from leadengine_ctl.operations.servers.request import ProvisionRequest
from leadengine_ctl.operations.servers.wanted import Place, find_offer
from leadengine_ctl.operations.signups.describing import own_domain

_NOT_BOUGHT = "memory://not-bought-yet"
"""Stands for a host in what is looked at before there is one."""


def next_verb(world: World, signup: SignupRecord) -> Verb:
    """What is to be done next: buy a server, or deploy; the same operations as `lectl deploy --on`.

    Raises:
        NotAllowedError: the name or the domain is in use elsewhere.
        LeadEngineError: what is to be bought cannot be had, or nobody says where to put it.
    """
    host = _host(world, signup)
    request = _request(world, signup, host or _NOT_BOUGHT)
    check_names(world, request)
    return Deploy(request) if host else Provision(_purchase(world, signup))


def check_own_place(world: World, signup: SignupRecord) -> None:
    """See that a stack can be had, before money is taken for one.

    Raises:
        NotAllowedError: it cannot; why, stands in the audit trail, and is no stranger's business.
    """
    try:
        next_verb(world, signup)
    except LeadEngineError as error:
        world.record("signup.no-place", signup.id, "failed", f"{error.what}. {error.why}".strip())
        raise NotAllowedError(
            "There is no place for you just now",
            "We have taken note of it. Nothing was charged.",
            "Try again in an hour, or write to us.",
        ) from error


def is_live(world: World, signup: SignupRecord) -> bool:
    """Whether its stack serves, whoever deployed it."""
    client = world.store.clients.find(signup.slug)
    return client is not None and client.release is not None


def records_for(world: World, signup: SignupRecord) -> tuple[Record, ...]:
    """What the domain's owner writes into its DNS; empty: nothing, or it is not known yet."""
    if signup.plan == "hosted" or not signup.slug:
        return ()
    try:
        host = _host(world, signup)
        found = addresses_of(world, find_address(world, host)) if host else ()
    except LeadEngineError:
        return ()
    return records_of(own_domain(signup), found)


def is_secure(world: World, client: str) -> bool:
    """Whether the stack serves a certificate of an authority's. Its host is asked once the DNS is right.

    Raises:
        LeadEngineError: the host did not answer.
    """
    if not see(world, client).is_right:
        return False
    answer = world.ask(client_host(world, client), Inspect(client=client))
    stacks = HostState.model_validate(answer).stacks
    return any(each.client == client and each.certificate.issuer_kind == "acme" for each in stacks)


def _host(world: World, signup: SignupRecord) -> str | None:
    """Where it is or will be; None: a server has to be bought first."""
    client = world.store.clients.find(signup.slug)
    if client is not None:
        return str(client_host(world, signup.slug))
    server = _server(world, signup)
    if server is not None:
        return str(address_of(server)) if server.live else None
    return None if world.settings.signup_on else world.settings.signup_host


def _server(world: World, signup: SignupRecord) -> ServerRecord | None:
    """The one that was ordered for it.

    Raises:
        NotAllowedError: a server of this name was made for something else.
    """
    known = world.store.servers.named(signup.slug)
    if known is not None and known.client != signup.slug:
        raise NotAllowedError(
            f"A server is called {signup.slug} already",
            "It was not made for this client.",
            "Write the company's name differently.",
        )
    return known


def _purchase(world: World, signup: SignupRecord) -> ProvisionRequest:
    known = _server(world, signup)
    if known is not None and known.server:
        # It is paid for already: it stays what it is, whatever the settings say by now.
        return ProvisionRequest(
            lock=signup.slug,
            name=signup.slug,
            client=signup.slug,
            provider=known.provider,
            size=known.size,
            region=known.region,
        )
    if world.settings.signup_on is None:
        raise NotAllowedError(
            "Nobody says where stacks of their own are put",
            "Neither LECTL_SIGNUP_ON nor LECTL_SIGNUP_HOST is set.",
            "Set one of them.",
        )
    world.clouds.public_key()  # Without one nobody could sign in to what is bought.
    offer = find_offer(world, Place.parse(world.settings.signup_on))
    return provision_request(signup.slug, signup.slug, offer)


def _request(world: World, signup: SignupRecord, host: str) -> DeployRequest:
    request = deploy_request(
        world,
        signup.slug,
        own_domain(signup),
        email=signup.email,
        host=host,
        plan="dedicated",
    )
    return request.model_copy(update={"company": signup.company, "colour": signup.colour})
