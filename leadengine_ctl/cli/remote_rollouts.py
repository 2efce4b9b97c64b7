"""Rollouts that go through a panel: planned and run there, shown here as always."""

from typing import TYPE_CHECKING, Any

import typer

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.remote import panel
from leadengine_ctl.errors import ExitCode
from leadengine_ctl.fleet.records import RolloutRecord, TargetRecord, TargetState

if TYPE_CHECKING:
    from leadengine_ctl.operations.rollouts.request import RolloutRequest
    from leadengine_ctl.remote.client import PanelClient

_SETTLED = frozenset({"done", "stopped", "aborted", "partial", "paused"})


def updated(request: "RolloutRequest", *, only_show: bool, ask: bool, as_json: bool) -> bool:
    """Update through the panel; False: this machine works through none."""
    there = panel()
    if there is not None:
        whole = request.model_dump(mode="json")
        update(there, whole, only_show=only_show, ask=ask, as_json=as_json)
    return there is not None


def update(
    there: "PanelClient", request: dict[str, Any], *, only_show: bool, ask: bool, as_json: bool
) -> None:
    """A rollout through the panel: plan, question, follow, report."""
    from leadengine_ctl.cli import rollout_tables
    from leadengine_ctl.cli.rolling import ask_to_change
    from leadengine_ctl.operations.rollouts.request import RolloutRequest
    from leadengine_ctl.planning.rollout import RolloutPlan, Skipped, Target

    found = there.post("/rollouts/plan", request)
    targets = tuple(Target(**{**each, "path": tuple(each["path"])}) for each in found["targets"])
    plan = RolloutPlan(targets, tuple(Skipped(**each) for each in found["skipped"]))
    if only_show or not plan.targets:
        rollout_tables.put_plan(plan, as_json=as_json)
        return
    soak = RolloutRequest.model_validate(request).soak_of(plan.waves)
    rollout_tables.say_plan(plan, soak=soak)
    if ask:
        ask_to_change(plan)
    rollout = there.post("/rollouts", request)["rollout"]
    follow_rollout(there, rollout, as_json=as_json)


def follow_rollout(there: "PanelClient", rollout: str, *, as_json: bool) -> None:
    """Show a rollout while it happens, and how it ended.

    Raises:
        Exit: with 3, when somebody is not done.
    """
    from leadengine_ctl.cli.rollout_progress import open_rollout_progress
    from leadengine_ctl.operations.rollouts.crew import News

    seen: dict[str, str] = {}
    last = there.get(f"/rollouts/{rollout}")
    with open_rollout_progress(rollout, _targets(rollout, last), as_json=as_json) as progress:
        for last in there.follow(f"/rollouts/{rollout}", _SETTLED):
            for each in _targets(rollout, last):
                if seen.get(each.client) != each.state:
                    seen[each.client] = each.state
                    progress(News(rollout, last["rollout"]["wave"], target=each))
    _report(rollout, last, as_json=as_json)


def put_rollouts(there: "PanelClient", limit: int, *, as_json: bool) -> None:
    """The last rollouts."""
    from leadengine_ctl.cli import rollout_tables

    found = there.get("/rollouts", limit=limit)["rollouts"]
    if as_json:
        terminal.put_json({"kind": "result", "rollouts": found})
        return
    counts = {
        each["id"]: rollout_tables.count_of(
            _targets(each["id"], there.get(f"/rollouts/{each['id']}"))
        )
        for each in found
    }
    rollout_tables.put_rollouts(tuple(_rollout(each) for each in found), counts)


def put_rollout(there: "PanelClient", rollout: str, *, as_json: bool) -> None:
    """The ledger of one rollout."""
    from leadengine_ctl.cli import rollout_tables

    found = there.get(f"/rollouts/{rollout}")
    record, targets = _rollout(found["rollout"]), _targets(rollout, found)
    rollout_tables.put_rollout(record, targets, as_json=as_json)


def tell_rollout(there: "PanelClient", rollout: str, word: str) -> None:
    """Pause, resume or abort."""
    there.post(f"/rollouts/{rollout}/{word}")
    state = there.get(f"/rollouts/{rollout}")["rollout"]["state"]
    terminal.say(f"The rollout {rollout} was told to {word}; it is {state}.", "good")


def _report(rollout: str, found: dict[str, Any], *, as_json: bool) -> None:
    from leadengine_ctl.cli import rollout_tables

    targets = _targets(rollout, found)
    rollout_tables.put_rollout(_rollout(found["rollout"]), targets, as_json=as_json)
    if any(each.wave and each.state is not TargetState.UPDATED for each in targets):
        raise typer.Exit(ExitCode.PARTIAL)


def _rollout(each: dict[str, Any]) -> RolloutRecord:
    return RolloutRecord.model_validate({**each, "params": "{}"})


def _targets(rollout: str, found: dict[str, Any]) -> tuple[TargetRecord, ...]:
    return tuple(
        TargetRecord.model_validate(
            {
                **{key: value for key, value in each.items() if key != "to"},
                "rollout": rollout,
                "number": number,
                "path": (each["to"],) if each["to"] != each["current"] else (),
            }
        )
        for number, each in enumerate(found["targets"], 1)
    )
