"""What an audit looks like, and the question before a fix."""

from dataclasses import asdict

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.asking import confirm
from leadengine_ctl.cli.progress import say_progress
from leadengine_ctl.cli.session import Session
from leadengine_ctl.hosts.base import HostAddress, Progress
from leadengine_ctl.operations.hardening.audit import audit, harden_host
from leadengine_ctl.operations.hardening.finding import Finding, Verdict

_TONES = {"ok": "good", "deviates": "", "warn": "warn", "fail": "bad"}


def ask(address: HostAddress) -> None:
    """Say what a fix does, and ask.

    Raises:
        NotAllowedError: the answer was not yes.
    """
    from leadengine_ctl.planning.harden import plan_hardening

    plan = plan_hardening(str(address))
    terminal.say(plan.title)
    for step in plan.steps:
        terminal.say(f"  {step.name:<8}  {step.sentence}")
    for note in plan.notes:
        terminal.say(note)
    confirm("Go on?", f"{address} was not hardened")


def fix(session: Session, address: HostAddress) -> None:
    """Put the baseline in place and tell what could not be had."""
    unmet = harden_host(session.world, address, _json if session.as_json else say_progress)
    if session.as_json:
        terminal.put_json({"kind": "hardened", "unmet": unmet})


def show(session: Session, address: HostAddress) -> bool:
    """Print every finding; True when a check has failed."""
    findings = audit(session.world, address)
    failed = [each for each in findings if each.verdict is Verdict.FAIL]
    if session.as_json:
        shown = [asdict(each) for each in findings]
        terminal.put_json({"kind": "result", "host": address.name, "findings": shown})
        return bool(failed)
    _put(findings)
    return bool(failed)


def _put(findings: tuple[Finding, ...]) -> None:
    """What needs a person first is at the end, next to the prompt."""
    rows = [(each.verdict.value, each.id, each.title, each.detail) for each in findings]
    header = ("VERDICT", "CHECK", "ASKS FOR", "FOUND")
    tones = [_TONES[each.verdict] for each in findings]
    terminal.put_table([header, *rows], ["", *tones])
    for verdict in (Verdict.DEVIATES, Verdict.WARN, Verdict.FAIL):
        for each in findings:
            if each.verdict is verdict:
                terminal.say(f"{each.id}: {each.reason}", _TONES[verdict])
    counts = {verdict: sum(each.verdict is verdict for each in findings) for verdict in Verdict}
    summary = ", ".join(f"{number} {verdict.value}" for verdict, number in counts.items())
    terminal.say(f"{len(findings)} checks: {summary}.")


def _json(progress: Progress) -> None:
    terminal.put_json({"kind": "event", **asdict(progress)})
