"""Renting a server: what it costs, whether that is wanted, and having it."""

from dataclasses import dataclass

from leadengine_ctl.cli import asking, terminal, texts
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import NotAllowedError, UsageError
from leadengine_ctl.fleet.servers import ServerRecord
from leadengine_ctl.operations.servers.arriving import address_of
from leadengine_ctl.operations.servers.provision import Provision, provision_request, refuse_other
from leadengine_ctl.operations.servers.request import ProvisionRequest
from leadengine_ctl.operations.servers.wanted import Place, find_offer
from leadengine_ctl.planning.plan import Plan
from leadengine_ctl.planning.provision import plan_provision

_UNKNOWN_HOST = "memory://not-there-yet"
"""Stands in a preview for a host that is not made yet."""


@dataclass(frozen=True)
class Rent:
    """A server that is wanted.

    Attributes:
        known: it is ours and a host already.
    """

    request: ProvisionRequest
    plan: Plan
    known: ServerRecord | None

    @property
    def host(self) -> str:
        """Its address; of one that is to be made, a word in its place."""
        return str(address_of(self.known)) if self.known else _UNKNOWN_HOST

    def have(self, session: Session, *, sure: bool) -> str:
        """Make it a host, after the price was agreed to; its address."""
        if self.known:
            return self.host
        if not sure:
            agree(self.plan, f"Rent {self.request.name} for that price?", "Nothing was bought")
        session.run(Provision(self.request))
        record = session.world.store.servers.named(self.request.name)
        return str(address_of(record)) if record else ""


def for_client(session: Session, client: str, on: str | None, host: str | None) -> Rent | None:
    """A server for a client; None: none is wanted.

    Raises:
        UsageError: `--host` and `--on` were both given.
        NotAllowedError: the client lives elsewhere.
    """
    if on is None:
        return None
    if host is not None:
        raise UsageError(
            "A client lives on one host",
            "--host names one that is there, --on one that is to be rented.",
            "Give one of the two.",
        )
    record = session.world.store.clients.find(client)
    rented = session.world.store.servers.named(client)
    if record and not (rented and rented.host == record.host):
        raise NotAllowedError(
            f"{client} is already on the host {record.host}",
            "A client has one stack; this would rent a server for a second one.",
            f"Deploy without --on, or first remove it there: lectl destroy {client}",
        )
    return rent(session, client, client, on)


def rent(session: Session, name: str, client: str, on: str) -> Rent:
    """A server of this name, as it is for sale today or known already.

    Raises:
        LeadEngineError: it may not be: see `find_offer` and `refuse_other`.
    """
    place, world = Place.parse(on), session.world
    known = world.store.servers.named(name)
    if known and known.server:
        request = _as_known(known, place)
        plan = plan_provision(name, f"{known.size} at {known.provider}", _price(known))
        return Rent(request, plan, known if known.live else None)
    offer = find_offer(world, place)
    plan = plan_provision(name, offer.words, offer.price)
    return Rent(provision_request(name, client, offer), plan, None)


def _as_known(known: ServerRecord, place: Place) -> ProvisionRequest:
    """The request that this server is the answer to."""
    request = ProvisionRequest(
        lock=known.client or f"host-{known.name}",
        name=known.name,
        client=known.client,
        provider=place.provider,
        size=place.size,
        region=place.region or known.region,
    )
    refuse_other(known, request)
    return request


def _price(known: ServerRecord) -> str:
    return f"{known.monthly} {known.currency} a month" if known.monthly else "price unknown"


def agree(plan: Plan, question: str, refusal: str) -> None:
    """Show a plan and have it agreed to.

    Raises:
        NotAllowedError: the answer was not yes.
    """
    terminal.say(texts.plan_text(plan))
    asking.confirm(question, refusal)
