"""What a destroy is asked for, and the question before it."""

from dataclasses import dataclass

from leadengine_ctl.cli import terminal, texts
from leadengine_ctl.cli.asking import have_name_typed
from leadengine_ctl.cli.session import Session
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.destroy import DestroyRequest, destroy_request, frozen_request
from leadengine_ctl.operations.lost import lost_request
from leadengine_ctl.operations.sharing import others_of
from leadengine_ctl.planning.destroy import plan_destroy, plan_leftover, plan_lost
from leadengine_ctl.planning.plan import Plan


@dataclass(frozen=True)
class Words:
    """What was typed besides the name."""

    without_backup: bool
    keep_server: bool
    frozen_on: str | None
    lost: bool


def meant(session: Session, client: str, words: Words) -> DestroyRequest:
    """The request that the words mean.

    Raises:
        NotFoundError: there is nothing of that name.
        NotAllowedError: it may not go, or not like this.
    """
    world, keep = session.world, words.keep_server
    if words.frozen_on is not None:
        return frozen_request(world, client, words.frozen_on)
    if words.lost:
        return lost_request(world, client, forced=words.without_backup, keep_server=keep)
    return destroy_request(world, client, last_point=not words.without_backup, keep_server=keep)


def confirm_loss(
    session: Session, request: DestroyRequest, answer: str | None, *, may_ask: bool
) -> None:
    """Say what will be lost and have the client's name typed; nothing is left of a forgotten client.

    Raises:
        NotAllowedError: it was not typed right.
    """
    client = request.client
    record = session.world.store.clients.find(client)
    if record is None:
        return
    plan = _plan(session, request, record.spec.domain)
    terminal.say(texts.plan_text(plan))
    have_name_typed(client, answer, "destroy", f"{client} was not destroyed", may_ask=may_ask)


def _plan(session: Session, request: DestroyRequest, domain: str) -> Plan:
    client, store = request.client, session.world.store
    host = HostAddress.parse(request.host).name
    if request.frozen:
        return plan_leftover(client, host)
    rented = store.servers.named(request.server) if request.server else None
    server = f"the server {rented.name} at {rented.provider}" if rented else ""
    if rented and rented.reserved:
        server += f", with its reserved address {rented.reserved}"
    made = tuple(f"{each.kind} {each.name}" for each in store.names.of(client))
    if request.lost:
        others = others_of(session.world, store.clients.get(client))
        return plan_lost(client, host, request.lost, server, made, others)
    return plan_destroy(client, domain, host, server, made, last_point=request.last_point)
