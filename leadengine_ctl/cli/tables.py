"""Tables of what reads found."""

from dataclasses import asdict
from datetime import UTC, datetime

from leadengine_agent.protocol import CertificateState
from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.texts import KINDS
from leadengine_ctl.fleet.panel_records import AuditEntry, PersonRecord
from leadengine_ctl.fleet.records import EventRecord, OperationRecord
from leadengine_ctl.operations.backups.freshness import Freshness
from leadengine_ctl.operations.checks import Check
from leadengine_ctl.operations.reads import ClientStatus
from leadengine_ctl.planning.freshness import age


def put_status(found: tuple[ClientStatus, ...]) -> None:
    """One line a client, then what needs doing."""
    if not found:
        terminal.say("There are no clients yet. Try: lectl deploy acme leads.acme.com")
        return
    header = (
        "STATE",
        "CLIENT",
        "URL",
        "HOST",
        "RELEASE",
        "CHANNEL",
        "CERTIFICATE",
        "BACKUP",
        "PROVEN",
    )
    tones = ["good" if each.green else "bad" for each in found]
    terminal.put_table([header, *(_status_row(each) for each in found)], ["", *tones])
    for each in found:
        licence = each.licence.sentence if each.licence else ""
        said = (each.problem, each.advice, each.backups.verdict.sentence, licence)
        for text in filter(None, said):
            terminal.say(f"{each.client.slug}: {text}")


def put_operations(found: tuple[OperationRecord, ...]) -> None:
    """One line an operation, newest first."""
    header = ("STATE", "OPERATION", "VERB", "CLIENT", "HOST", "BY", "STARTED")
    tones = {"done": "good", "failed": "bad", "running": "warn"}
    rows = [
        (
            each.state.value,
            each.id,
            each.verb,
            each.client,
            each.host,
            each.actor,
            _time(each.started_at),
        )
        for each in found
    ]
    terminal.put_table([header, *rows], ["", *(tones.get(each.state, "") for each in found)])


def _time(at: str) -> str:
    """A recorded time as people read it: UTC, to the second."""
    return at[:19].replace("T", " ")


def certificate_text(state: CertificateState) -> str:
    """Its kind, and the days it has left."""
    if not state.not_after:
        return KINDS[state.issuer_kind]
    end = datetime.fromisoformat(state.not_after)
    end = end if end.tzinfo else end.replace(tzinfo=UTC)
    return f"{KINDS[state.issuer_kind]}, {(end - datetime.now(UTC)).days} days"


def _status_row(each: ClientStatus) -> tuple[str, ...]:
    spec = each.client.spec
    certificate = certificate_text(each.stack.certificate) if each.stack else "-"
    release = each.stack.release if each.stack else each.client.release or "-"
    state = "green" if each.green else "red"
    channel = f"{each.client.channel}, on hold" if each.client.hold else each.client.channel
    url = f"https://{spec.names[0]}"
    host, backup, proven = each.client.host, backup_text(each.backups), proven_text(each.backups)
    return state, spec.client, url, host, release, channel, certificate, backup, proven


def backup_text(found: Freshness) -> str:
    """A condition, and how old the newest point is."""
    newest = found.verdict.newest
    old = f", {age(datetime.now(UTC) - newest)}" if newest else ""
    return f"{found.verdict.condition.value}{old}"


def proven_text(found: Freshness) -> str:
    """How long ago a point was last restored and found equal, and how long that took."""
    state = found.state
    if state is None or not state.verified:
        return "never"
    took = f" in {state.rto_seconds} s" if state.rto_seconds is not None else ""
    return f"{age(datetime.now(UTC) - datetime.fromisoformat(state.verified))} ago{took}"


def put_story(record: OperationRecord, events: tuple[EventRecord, ...]) -> None:
    """An operation and its events, in order."""
    put_operations((record,))
    width = max((len(each.step) for each in events), default=0)
    for each in events:
        seconds = "" if each.seconds is None else f"{each.seconds:.1f} s"
        line = f"  {_time(each.at)}  {each.state:<9}  {each.step:<{width}}  {seconds:>8}  {each.detail}"
        terminal.put(line.rstrip())
    if record.failure:
        terminal.put(record.failure)


def put_checks(checks: tuple[Check, ...], *, as_json: bool) -> None:
    """One line a finding, and what to do about it."""
    if as_json:
        terminal.put_json({"kind": "result", "checks": [asdict(each) for each in checks]})
        return
    tones = {"ok": "good", "warn": "warn", "fail": "bad"}
    rows: list[tuple[str, ...]] = [(each.level.value, each.name, each.detail) for each in checks]
    terminal.put_table(rows, [tones[each.level] for each in checks])
    for each in checks:
        if each.hint:
            terminal.say(f"{each.name}: {each.hint}")


def put_people(people: tuple[PersonRecord, ...]) -> None:
    """One line a person of the panel."""
    rows = [
        (
            "active" if each.active else "suspended",
            each.email,
            each.role.value,
            "all" if each.scope is None else ", ".join(each.scope),
        )
        for each in people
    ]
    terminal.put_table([("STATE", "PERSON", "ROLE", "CLIENTS"), *rows])


def put_audit(found: tuple[AuditEntry, ...], *, as_json: bool) -> None:
    """One line an entry, newest first."""
    if as_json:
        entries = [each.model_dump(mode="json") for each in found]
        terminal.put_json({"kind": "result", "entries": entries})
        return
    header = ("OUTCOME", "NUMBER", "WHEN", "WHO", "BY", "ACTION", "SUBJECT", "DETAIL")
    tones = {"done": "good", "failed": "bad", "refused": "bad"}
    rows = [
        (
            each.outcome,
            str(each.number),
            each.at[:19].replace("T", " "),
            each.actor,
            each.origin,
            each.action,
            each.subject or "-",
            each.detail,
        )
        for each in found
    ]
    terminal.put_table([header, *rows], ["", *(tones.get(each.outcome, "") for each in found)])
