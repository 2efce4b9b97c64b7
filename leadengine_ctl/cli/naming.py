"""What 'dns check' shows."""

from dataclasses import asdict

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.session import Session
from leadengine_ctl.dns.base import Record
from leadengine_ctl.dns.looking import Seen
from leadengine_ctl.dns.manual import instructions
from leadengine_ctl.errors import ExitCode, LeadEngineError, UsageError
from leadengine_ctl.operations.certify import CertifyRequest, CertifyVerb
from leadengine_ctl.operations.defaults import client_host
from leadengine_ctl.operations.seeing import Sight, watch


def check_and_show(session: Session, client: str, wait: int) -> ExitCode:
    """Look, until it is right or the time is over, and show what was seen."""
    sight = watch(session.world, client, wait, _say_waiting)
    if session.as_json:
        shown = {**asdict(sight), "is_right": sight.is_right}
        terminal.put_json({"kind": "result", **shown})
    else:
        _show(sight)
    return ExitCode.OK if sight.is_right else ExitCode.CHANGES_PENDING


def certify_and_show(
    session: Session, client: str | None, prove_by: str, *, every: bool
) -> ExitCode:
    """Certify one client, or every one with a wildcard, and show what is still missing."""
    world = session.world
    wild = (each.slug for each in world.store.clients.all() if each.spec.wildcard)
    if bool(client) == every:
        raise UsageError(
            "Say whose certificate it is",
            "Either one client is named, or --all is given.",
            "As in: lectl dns certify acme",
        )
    if client:
        rows = [_certified(session, client, prove_by)]
    else:
        rows = [_tried(session, name, prove_by) for name in sorted(wild)]
    if session.as_json:
        terminal.put_json({"kind": "result", "certificates": rows})
    for row in () if session.as_json else rows:
        said = row["advice"] or f"{row['certificate']} certificate"
        terminal.say(f"{row['client']}: {said}", "warn" if row["advice"] else "good")
    return ExitCode.PARTIAL if any(row["advice"] for row in rows) else ExitCode.OK


def _certified(session: Session, client: str, prove_by: str) -> dict[str, str]:
    host = str(client_host(session.world, client))
    verb = CertifyVerb(CertifyRequest(client=client, host=host, prove_by=prove_by))
    done = session.run(verb).data["certify"]
    return {"client": client, "certificate": done["kind"], "advice": done["advice"]}


def _tried(session: Session, client: str, prove_by: str) -> dict[str, str]:
    """The same; the others have their turn when it fails."""
    try:
        return _certified(session, client, prove_by)
    except LeadEngineError as error:
        return {"client": client, "certificate": "unknown", "advice": f"{error.what}. {error.why}"}


def _say_waiting(sight: Sight) -> None:
    for line in instructions(sight.wanted):
        terminal.say(line)
    terminal.say("Waiting until the world sees that ...")


def _show(sight: Sight) -> None:
    rows: list[tuple[str, ...]] = [("STATE", "RESOLVER", "SEES", "")]
    tones = [""]
    for seen in sight.seen:
        state = "ok" if seen.is_right else "fail"
        rows.append((state, str(seen.resolver), ", ".join(seen.found) or "nothing", _why(seen)))
        tones.append("good" if seen.is_right else "bad")
    terminal.put_table(rows, tones)
    if sight.forbidden_by:
        terminal.say(
            f"CAA records of {sight.forbidden_by} do not let {sight.authority} certify "
            f"{sight.domain}: add one that does.",
            "bad",
        )
    if sight.is_right:
        lead = "lead" if " and " in sight.domain else "leads"
        terminal.say(f"{sight.domain} {lead} to {sight.host}.", "good")
    elif sight.wanted:
        for line in instructions(sight.wanted):
            terminal.say(line)
    else:
        terminal.say(f"The addresses of {sight.host} are not known from here.", "warn")


def _why(seen: Seen) -> str:
    if seen.silent:
        return seen.silent
    return "; ".join(
        part
        for part in (
            f"missing: {_values(seen.missing)}" if seen.missing else "",
            f"leads elsewhere: {', '.join(seen.strange)}" if seen.strange else "",
        )
        if part
    )


def _values(records: tuple[Record, ...]) -> str:
    return ", ".join(f"{each.kind} {each.value}" for each in records)
