"""What 'dns check' shows."""

from dataclasses import asdict

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.session import Session
from leadengine_ctl.dns.base import Record
from leadengine_ctl.dns.looking import Seen
from leadengine_ctl.dns.manual import instructions
from leadengine_ctl.errors import ExitCode
from leadengine_ctl.operations.seeing import Sight, names_of_client, watch


def check_and_show(session: Session, client: str, wait: int) -> ExitCode:
    """Look, until it is right or the time is over, and show what was seen."""
    world, sights = session.world, []
    for name in names_of_client(world, client):
        sights.append(watch(world, client, name, wait, _say_waiting))
        if not session.as_json:
            _show(sights[-1])
    if session.as_json:
        first, *others = [{**asdict(each), "is_right": each.is_right} for each in sights]
        terminal.put_json({"kind": "result", **first, "others": others})
    is_right = all(each.is_right for each in sights)
    return ExitCode.OK if is_right else ExitCode.CHANGES_PENDING


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
        terminal.say(f"{sight.domain} leads to {sight.host}.", "good")
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
