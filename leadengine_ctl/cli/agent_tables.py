"""Tables of agents and of their tasks."""

from datetime import UTC, datetime

from leadengine_ctl.cli import terminal
from leadengine_ctl.fleet.agent_records import QueuedTask
from leadengine_ctl.operations.agents import AgentStatus
from leadengine_ctl.operations.reported import ReportedStatus

_COLOURS = {"green": "good", "red": "bad", "unknown": "warn"}
_STATES = {"ended": "good", "unsigned": "warn", "cancelled": "warn"}


def put_agents(found: tuple[AgentStatus, ...]) -> None:
    """One line an agent, then what needs doing."""
    if not found:
        terminal.say("No host reports yet. Try: lectl agent enrol HOST")
        return
    rows = [(each.colour.value, each.host, each.version, _seen(each.seen)) for each in found]
    tones = ["bad" if each.locked else _COLOURS[each.colour] for each in found]
    terminal.put_table([("STATE", "HOST", "AGENT", "SEEN"), *rows], ["", *tones])
    for each in found:
        if each.locked:
            terminal.say(f"{each.host} is locked: {each.locked} Run: lectl agent enrol {each.host}")


def put_reported(found: tuple[ReportedStatus, ...]) -> None:
    """One line a client, and how old what it says is."""
    if not found:
        terminal.say("There are no clients yet. Try: lectl deploy acme leads.acme.com")
        return
    rows = [
        (
            each.colour.value,
            each.client.slug,
            f"https://{each.client.spec.names[0]}",
            each.client.host,
            each.stack.release if each.stack else "-",
            _seen(each.age),
        )
        for each in found
    ]
    header = ("STATE", "CLIENT", "URL", "HOST", "RELEASE", "REPORTED")
    terminal.put_table([header, *rows], ["", *(_COLOURS[each.colour] for each in found)])


def put_tasks(found: tuple[QueuedTask, ...]) -> None:
    """One line a task, newest first."""
    if not found:
        terminal.say("No task waits, and none has waited.")
        return
    rows = [
        (each.state.value, each.id, each.verb, each.client or "-", each.host, each.actor, _at(each))
        for each in found
    ]
    header = ("STATE", "TASK", "VERB", "CLIENT", "HOST", "BY", "SINCE")
    terminal.put_table([header, *rows], ["", *(_STATES.get(each.state, "") for each in found)])


def _seen(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{max(seconds, 0):.0f} s ago"


def _at(task: QueuedTask) -> str:
    return datetime.fromtimestamp(task.changed_at, UTC).strftime("%Y-%m-%d %H:%M:%S")
