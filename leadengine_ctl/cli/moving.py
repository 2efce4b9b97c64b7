"""Moves and clones at the command line: the plan, the question, the run, the report."""

from leadengine_agent.values import is_private
from leadengine_ctl.cli import terminal, texts
from leadengine_ctl.cli.asking import confirm
from leadengine_ctl.cli.restoring import restore_and_tell
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.admission import check_free
from leadengine_ctl.operations.backups.backup import BackupVerb
from leadengine_ctl.operations.backups.choosing import RestoreWords
from leadengine_ctl.operations.backups.move import MoveVerb
from leadengine_ctl.operations.backups.requests import BackupRequest, MoveRequest
from leadengine_ctl.operations.defaults import client_host, find_address
from leadengine_ctl.operations.doctor import resolve
from leadengine_ctl.planning.restore import plan_move


def move_and_tell(session: Session, client: str, to: str, *, dry_run: bool, ask: bool) -> None:
    """Move a client.

    Raises:
        NotAllowedError: it was not confirmed, or it is there already.
    """
    world = session.world
    old, new = client_host(world, client), find_address(world, to)
    if old == new:
        raise NotAllowedError(
            f"{client} lives on {new.name} already", "", "Name another host with --to."
        )
    domain = world.store.clients.get(client).spec.domain
    request = MoveRequest(client=client, host=str(old), to=str(new))
    terminal.say(texts.plan_text(plan_move(client, domain, old.name, new.name)))
    if dry_run:
        if session.as_json:
            terminal.put_json({"kind": "preview", "request": request.model_dump(mode="json")})
        terminal.say("Nothing was changed.")
        return
    if ask:
        confirm(f"Move {client} to {new}?", f"{client} was not moved")
    finished = session.run(MoveVerb(request))
    result, certificate = finished.data["switch"], finished.data["certify"]
    if session.as_json:
        more = {"certificate": certificate}
        terminal.put_json({"kind": "result", "operation": finished.operation, **result, **more})
        return
    terminal.say(f"{client} lives on {new.name}, with all it had on {old.name}.", "good")
    terminal.say(_dns_advice(domain, new))
    if certificate["advice"]:
        terminal.say(f"Certificate: {certificate['advice']}")
    terminal.say(f"{old.name} keeps a frozen copy. When all is well: "
                 f"lectl destroy {client} --frozen-on {old.name}")  # fmt: skip


def _dns_advice(domain: str, new: HostAddress) -> str:
    """What is to be done so that visitors come to the new host."""
    if is_private(domain):
        return f"Let {domain} lead to {new.address or new.name} where it is looked up."
    found, wanted = resolve(domain), resolve(new.address) if new.address else ()
    if found and set(found) <= set(wanted):
        return f"{domain} points to {', '.join(found)} already."
    now = f"; it points to {', '.join(found)}" if found else "; it does not resolve"
    return f"Point {domain} to {new.address or new.name} now{now}."


def clone_and_tell(session: Session, words: RestoreWords, *, ask: bool) -> None:
    """Take a point now, and restore it under another name.

    Raises:
        NotAllowedError: it was not confirmed, or the name or the domain is taken.
    """
    world = session.world
    home = client_host(world, words.client)
    check_free(world, words.as_name or "", words.domain or "")
    if not words.dry_run:
        session.run(BackupVerb(BackupRequest(client=words.client, host=str(home))))
    restore_and_tell(session, words, ask=ask and not words.dry_run)
