"""A client gets a stack of its own, or comes back among others: the plan, the question, the report."""

from dataclasses import dataclass

from leadengine_ctl.cli import terminal, texts
from leadengine_ctl.cli.asking import confirm
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import UsageError
from leadengine_ctl.operations.carrying import CarryRequest, CarryVerb
from leadengine_ctl.operations.defaults import client_host, deploy_request
from leadengine_ctl.operations.deploy import Deploy
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.tenants import answering_place, read_tenants
from leadengine_ctl.planning.carry import plan_carry_in, plan_carry_out
from leadengine_ctl.planning.plan import Plan


@dataclass(frozen=True)
class Words:
    """What was typed; None: left out."""

    client: str
    to: str
    domain: str | None
    host: str | None
    cloud: str | None


@dataclass(frozen=True)
class _Journey:
    """What is to be done: first a stack, where there is none yet; and then the client comes."""

    plan: Plan
    carry: CarryRequest
    deploy: DeployRequest | None = None


def carry_and_tell(session: Session, words: Words, *, dry_run: bool, ask: bool) -> None:
    """Carry a client over.

    Raises:
        UsageError: a word is missing, or is none of this direction.
        NotAllowedError: it was not confirmed.
    """
    journey = (_outwards if words.to == "dedicated" else _inwards)(session, words)
    terminal.say(texts.plan_text(journey.plan))
    if dry_run:
        if session.as_json:
            request = journey.carry.model_dump(mode="json")
            terminal.put_json({"kind": "preview", "request": request})
        terminal.say("Nothing was changed.")
        return
    if ask:
        confirm(f"Move {words.client} to {words.to}?", f"{words.client} was not moved")
    if journey.deploy:
        session.run(Deploy(journey.deploy))
    finished = session.run(CarryVerb(journey.carry))
    if session.as_json:
        arrived = finished.data["arrive"]
        terminal.put_json({"kind": "result", "operation": finished.operation, **arrived})
        return
    rows = sum(each["rows"] for each in finished.data["arrive"]["tables"].values())
    terminal.say(f"{words.client} is {words.to} now, with all of its {rows:,} rows.", "good")
    for note in journey.plan.notes:
        terminal.say(note)


def _outwards(session: Session, words: Words) -> _Journey:
    if words.domain is None:
        raise UsageError(
            f"It is not clear at which address {words.client} is to be served",
            "A stack of its own has a domain of its own.",
            "Name it: --domain leads.acme.com",
        )
    cloud, host = answering_place(session.world, words.cloud)
    shown = read_tenants(session.world, cloud, words.client).shown
    assert shown is not None  # noqa: S101 - a client that is not there is an error
    deploy = deploy_request(
        session.world,
        words.client,
        words.domain,
        email=shown.email,
        host=words.host,
        plan="dedicated",
    ).model_copy(update={"client_id": shown.client_id})
    carry = CarryRequest(
        client=cloud,
        host=host,
        tenant=words.client,
        to_client=words.client,
        to_host=deploy.host,
        to_tenant=None,
    )
    return _Journey(plan_carry_out(words.client, cloud, words.domain), carry, deploy)


def _inwards(session: Session, words: Words) -> _Journey:
    if words.domain or words.host:
        raise UsageError(
            "--domain and --host say nothing about a client that becomes hosted",
            "It is served at the addresses of the hosted stack.",
            "Leave them out.",
        )
    cloud, there = answering_place(session.world, words.cloud)
    here = client_host(session.world, words.client)
    carry = CarryRequest(
        client=words.client,
        host=str(here),
        tenant=None,
        to_client=cloud,
        to_host=there,
        to_tenant=words.client,
    )
    return _Journey(plan_carry_in(words.client, cloud, here.name), carry)
