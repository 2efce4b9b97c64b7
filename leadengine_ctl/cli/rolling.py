"""The way of every rollout through the command line: preview, question, run, report."""

from collections.abc import Mapping
from dataclasses import dataclass

import typer

from leadengine_ctl.cli import rollout_tables
from leadengine_ctl.cli.asking import confirm
from leadengine_ctl.cli.remote_rollouts import updated
from leadengine_ctl.cli.rollout_progress import open_rollout_progress
from leadengine_ctl.cli.session import Session, open_session
from leadengine_ctl.errors import ExitCode, UsageError
from leadengine_ctl.fleet.records import RolloutRecord, TargetState
from leadengine_ctl.operations.rollouts import plans, run
from leadengine_ctl.operations.rollouts.request import RolloutRequest
from leadengine_ctl.planning.rollout import RolloutPlan


def chosen(names: list[str] | None, *, every: bool) -> tuple[str, ...]:
    """Whom the words mean; none: all.

    Raises:
        UsageError: they say neither or both.
    """
    if bool(names) == every:
        raise UsageError(
            "It is not clear whom this is for",
            "Names of clients are given, or --all, and not both.",
            "Write 'lectl update acme', or 'lectl update --all'.",
        )
    return tuple(names or ())


@dataclass(frozen=True)
class Rolling:
    """One rollout that is asked for."""

    session: Session
    request: RolloutRequest

    def go(self, *, only_show: bool, ask: bool) -> None:
        """Show the plan; unless that is all, ask, run and report.

        Raises:
            Exit: with 3, when somebody is not done.
        """
        world = self.session.world
        plan = plans.plan_rollout(world, self.request)
        if only_show or not plan.targets:
            rollout_tables.put_plan(plan, as_json=self.session.as_json)
            return
        rollout_tables.say_plan(plan, soak=self.request.soak_of(plan.waves))
        if ask:
            ask_to_change(plan)
        follow(self.session, plans.start_rollout(world, self.request, plan), anew=True)


def roll(values: Mapping[str, object], *, only_show: bool, ask: bool, as_json: bool) -> None:
    """The rollout that these words of the command line mean: through the panel, or from here.

    Raises:
        ValidationError: a word is refused.
        Exit: with 3, when somebody is not done.
    """
    request = RolloutRequest.model_validate(values)
    if not updated(request, only_show=only_show, ask=ask, as_json=as_json):
        Rolling(open_session(as_json=as_json), request).go(only_show=only_show, ask=ask)


def follow(session: Session, rollout: str, *, anew: bool = False) -> None:
    """Run a rollout that is in the ledger, and report.

    Raises:
        Exit: with 3, when somebody is not done.
    """
    action = run.run_rollout if anew else run.resume
    targets = session.world.store.rollouts.targets(rollout)
    with open_rollout_progress(rollout, targets, as_json=session.as_json) as progress:
        record = action(session.world, rollout, progress)
    report(session, record)


def report(session: Session, record: RolloutRecord) -> None:
    """Tell how it ended, for each client.

    Raises:
        Exit: with 3, when somebody is not done.
    """
    targets = session.world.store.rollouts.targets(record.id)
    rollout_tables.put_rollout(record, targets, as_json=session.as_json)
    if any(each.wave and each.state is not TargetState.UPDATED for each in targets):
        raise typer.Exit(ExitCode.PARTIAL)


def ask_to_change(plan: RolloutPlan) -> None:
    """Ask before a rollout begins.

    Raises:
        NotAllowedError: the answer was not yes.
    """
    count = len(plan.targets)
    confirm(f"Change {count} {'client' if count == 1 else 'clients'}?", "Nothing was changed")
