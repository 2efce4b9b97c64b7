"""What 'host orphans' shows, and removes after a question."""

from datetime import UTC, datetime

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.renting import agree
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import ExitCode
from leadengine_ctl.operations.servers.orphans import Orphan, Survey, give_back, survey
from leadengine_ctl.operations.servers.survey import providers_in_use
from leadengine_ctl.planning.freshness import age
from leadengine_ctl.planning.plan import Plan


def orphans(session: Session, *, remove: bool, sure: bool) -> ExitCode:
    """Show what nobody knows, and give it back when that is wanted."""
    found = survey(session.world, providers_in_use(session.world))
    _put(session, found)
    ours = tuple(each for each in found.orphans if each.ours)
    if not ours:
        return ExitCode.PARTIAL if found.unasked else ExitCode.OK
    if not remove:
        return ExitCode.CHANGES_PENDING
    if not sure:
        agree(_plan_of(ours), "Delete them?", "Nothing was deleted")
    for each in ours:
        give_back(session.world, each)
        terminal.say(f"The {each.kind} {each.name} at {each.provider} is deleted.", "good")
    return ExitCode.OK


def _plan_of(found: tuple[Orphan, ...]) -> Plan:
    names = ", ".join(f"{each.kind} {each.name} at {each.provider}" for each in found)
    return Plan(
        f"Delete {len(found)} things that nobody knows",
        (),
        (f"These go: {names}.", "What is on their disks and in their pictures is lost."),
    )


def _put(session: Session, found: Survey) -> None:
    if session.as_json:
        _put_json(found)
        return
    header = ("KIND", "PROVIDER", "ID", "NAME", "REGION", "AGE", "COST")
    rows = [_row(each) for each in found.orphans if each.ours]
    if rows:
        terminal.put_table([header, *rows])
        terminal.say("Nobody knows these, and they are paid for. Give them back with --delete.")
    else:
        terminal.say("There is nothing that nobody knows.", "good")
    for each in found.orphans:
        if not each.ours:
            terminal.say(
                f"{each.name} at {each.provider} leads to nobody ({each.price}); whose it is does not "
                "show there. If it is nobody's, delete it at the provider.",
                "warn",
            )
    for record in found.missing:
        terminal.say(f"{record.name} is gone at {record.provider}; forget it: host delete", "warn")
    for provider, why in found.unasked.items():
        terminal.say(f"{provider} could not be asked: {why}.", "bad")


def _row(each: Orphan) -> tuple[str, ...]:
    place = (each.kind, each.provider, each.id, each.name, each.region or "-")
    return (*place, _age(each), each.price)


def _age(each: Orphan) -> str:
    if not each.made_at:
        return "unknown"
    return age(datetime.now(UTC) - datetime.fromisoformat(each.made_at))


def _put_json(found: Survey) -> None:
    terminal.put_json(
        {
            "kind": "result",
            "orphans": [_as_json(each) for each in found.orphans if each.ours],
            "perhaps": [_as_json(each) for each in found.orphans if not each.ours],
            "missing": [each.name for each in found.missing],
            "unasked": found.unasked,
        }
    )


def _as_json(each: Orphan) -> dict[str, str | None]:
    return {
        "provider": each.provider,
        "kind": each.kind,
        "id": each.id,
        "name": each.name,
        "region": each.region,
        "made_at": each.made_at,
        "monthly": None if each.monthly is None else f"{each.monthly:.2f}",
        "currency": each.currency,
    }
