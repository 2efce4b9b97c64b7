"""What the commands on rented servers do: plan, question, run, answer."""

from dataclasses import asdict

from leadengine_agent.values import Frozen
from leadengine_ctl.cli import terminal, texts
from leadengine_ctl.cli.renting import agree
from leadengine_ctl.cli.session import Session
from leadengine_ctl.operations.base import Verb
from leadengine_ctl.operations.defaults import find_address
from leadengine_ctl.operations.servers.changing import Replace, Resize, resize_request
from leadengine_ctl.operations.servers.giving_back import (
    DeleteServer,
    find_server,
    refuse_while_inhabited,
    server_request,
)
from leadengine_ctl.operations.servers.request import ServerName
from leadengine_ctl.planning.plan import Plan
from leadengine_ctl.planning.provision import plan_delete, plan_replace, plan_resize


class _Named(Frozen):
    name: ServerName


def check_name(name: str) -> str:
    """Refuse what no server is called."""
    return _Named(name=name).name


def show_plan(session: Session, plan: Plan) -> None:
    """A dry run."""
    if session.as_json:
        terminal.put_json({"kind": "preview", "plan": asdict(plan)})
    else:
        terminal.put(f"{texts.plan_text(plan)}\n\nNothing was changed.")


def show_server(session: Session, name: str, host: str) -> None:
    """What was made."""
    record = session.world.store.servers.named(name)
    if session.as_json:
        known = record.model_dump(mode="json", exclude={"private_key"}) if record else {}
        terminal.put_json({"kind": "result", "host": host, **known})
        return
    terminal.say(f"{name} is a host: {host}", "good")
    terminal.put(host)


def resize(session: Session, name: str, size: str, *, dry_run: bool, sure: bool) -> None:
    """Plan, ask and resize."""
    request, offer = resize_request(session.world, name, size)
    record = find_server(session.world, name)
    plan = plan_resize(record.name, record.size, size, offer.price)
    carry_out(session, Resize(request), plan, dry_run=dry_run, sure=sure)


def replace(session: Session, name: str, *, dry_run: bool, sure: bool) -> None:
    """Plan, ask and replace."""
    request, record = server_request(session.world, name), find_server(session.world, name)
    refuse_while_inhabited(session.world, record)
    carry_out(session, Replace(request), plan_replace(record.name), dry_run=dry_run, sure=sure)


def delete(session: Session, name: str, *, dry_run: bool, sure: bool) -> None:
    """Plan, ask and delete."""
    request, record = server_request(session.world, name), find_server(session.world, name)
    refuse_while_inhabited(session.world, record)
    price = f"{record.monthly} {record.currency} a month" if record.monthly else "anything"
    plan = plan_delete(record.name, record.provider, price, record.reserved)
    carry_out(session, DeleteServer(request), plan, dry_run=dry_run, sure=sure)


def drain(session: Session, name: str, reason: str) -> None:
    """Let a host take no new clients, or take them again."""
    store = session.world.store
    host = store.hosts.get(find_address(session.world, name).name)
    store.hosts.drain(host.name, reason)
    stay = [each.slug for each in store.clients.all() if each.host == host.name]
    if not reason:
        terminal.say(f"{host.name} takes clients again.", "good")
        return
    terminal.say(f"{host.name} takes no new clients.", "good")
    if stay:
        terminal.say(f"Still there: {', '.join(stay)}.")


def carry_out(session: Session, verb: Verb, plan: Plan, *, dry_run: bool, sure: bool) -> None:
    """Show the plan of a dry run; or ask, run it, and say that it is done."""
    if dry_run:
        show_plan(session, plan)
        return
    if not sure:
        agree(plan, "Do that?", "Nothing was changed")
    session.run(verb)
    if session.as_json:
        terminal.put_json({"kind": "result", "name": verb.host, "verb": verb.name})
    else:
        terminal.say(f"{plan.title}: done.", "good")
