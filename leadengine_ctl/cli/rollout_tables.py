"""Tables of rollouts: the plan, the ledger, the list."""

from collections import Counter
from dataclasses import asdict

from leadengine_ctl.cli import terminal
from leadengine_ctl.fleet.records import RolloutRecord, TargetRecord, TargetState
from leadengine_ctl.planning.rollout import RolloutPlan, Skipped, Target

_SHOWN = 25
"""Lines of a plan that are shown before the question; --plan shows all."""

TONES = {
    TargetState.UPDATED: "good",
    TargetState.FAILED: "bad",
    TargetState.ROLLED_BACK: "bad",
    TargetState.UNREACHABLE: "warn",
    TargetState.POSTPONED: "warn",
}
_HEADER = ("WAVE", "CLIENT", "HOST", "FROM", "TO", "NOTE")


def put_plan(plan: RolloutPlan, *, as_json: bool) -> None:
    """All of a plan, as data."""
    if as_json:
        terminal.put_json({"kind": "plan", **asdict(plan)})
    elif plan.targets or plan.skipped:
        terminal.put_table([_HEADER, *_plan_rows(plan)])
        terminal.say("Nothing was changed.")
    else:
        terminal.say("There are no clients yet. Try: lectl deploy acme leads.acme.com")


def say_plan(plan: RolloutPlan, *, soak: int) -> None:
    """What a person has to know before the answer."""
    rows = _plan_rows(plan)
    terminal.say_table([_HEADER, *rows[:_SHOWN]])
    if len(rows) > _SHOWN:
        terminal.say(f"and {len(rows) - _SHOWN} more; --plan shows all.")
    sizes = Counter(each.wave for each in plan.targets)
    waves = " + ".join(str(sizes[wave]) for wave in sorted(sizes))
    watched = f", each watched for {soak} s" if soak else ""
    terminal.say(f"{len(plan.targets)} to change in waves of {waves}{watched}.")


def put_rollout(record: RolloutRecord, targets: tuple[TargetRecord, ...], *, as_json: bool) -> None:
    """The ledger of one rollout."""
    if as_json:
        found = [{**each.model_dump(mode="json"), "to": each.to} for each in targets]
        result = {"kind": "result", "rollout": record.model_dump(mode="json"), "targets": found}
        terminal.put_json(result)
        return
    header = ("STATE", "WAVE", "CLIENT", "HOST", "FROM", "TO", "SECONDS", "REQUESTS", "FAILED")
    tones = ["", *(TONES.get(each.state, "") for each in targets)]
    terminal.put_table([header, *(_target_row(each) for each in targets)], tones)
    for each in targets:
        if each.reason:
            terminal.put(f"{each.client}: {each.reason}")
    terminal.say(headline(record, targets))
    for hint in _hints(record):
        terminal.say(hint)


def put_rollouts(found: tuple[RolloutRecord, ...], counts: dict[str, str]) -> None:
    """One line a rollout, newest first."""
    header = ("STATE", "ROLLOUT", "KIND", "WAVE", "CLIENTS", "BY", "STARTED", "WHY")
    tones = {"done": "good", "stopped": "bad", "partial": "warn", "running": "warn"}
    rows = [
        (
            each.state.value,
            each.id,
            each.kind,
            f"{each.wave}/{each.waves}",
            counts[each.id],
            each.actor,
            each.started_at[:19].replace("T", " "),
            each.reason,
        )
        for each in found
    ]
    terminal.put_table([header, *rows], ["", *(tones.get(each.state, "") for each in found)])


def headline(record: RolloutRecord, targets: tuple[TargetRecord, ...]) -> str:
    """A rollout in one line."""
    why = f" {record.reason}" if record.reason else ""
    return (
        f"Rollout {record.id}: {record.state}, wave {record.wave} of {record.waves}, "
        f"{count_of(targets)}.{why}"
    )


def count_of(targets: tuple[TargetRecord, ...]) -> str:
    """How many are how far."""
    states = Counter(each.state.value for each in targets if each.wave)
    done = states.pop("updated", 0)
    rest = "".join(f", {number} {state}" for state, number in sorted(states.items()))
    return f"{done} of {done + sum(states.values())} updated{rest}"


def _plan_rows(plan: RolloutPlan) -> list[tuple[str, ...]]:
    return [*map(_planned, plan.targets), *map(_left_out, plan.skipped)]


def _planned(each: Target) -> tuple[str, ...]:
    via = f"by way of {', '.join(each.path[:-1])}" if each.path[1:] else ""
    note = via if each.path else "configuration"
    return str(each.wave), each.client, each.host, each.current, each.to, note


def _left_out(each: Skipped) -> tuple[str, ...]:
    return "-", each.client, each.host, each.current, "-", each.why


def _target_row(each: TargetRecord) -> tuple[str, ...]:
    who = (each.client, each.host, each.current, each.to)
    if not each.wave:
        return each.state.value, "-", *who, "", "", ""
    numbers = (f"{each.seconds:.1f}", str(each.requests), str(each.failed))
    return each.state.value, str(each.wave), *who, *numbers


def _hints(record: RolloutRecord) -> list[str]:
    match record.state.value:
        case "paused":
            return [f"Go on with 'lectl rollout resume {record.id}', or abort it."]
        case "partial":
            return [f"Catch up with 'lectl rollout resume {record.id}', or by the next update."]
        case "stopped":
            return ["Look with 'lectl logs'. What ran the new release well still does."]
    return []
