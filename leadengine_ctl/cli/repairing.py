"""Repairing at the command line."""

from leadengine_agent.protocol import RepairResult
from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.asking import confirm
from leadengine_ctl.cli.session import Session
from leadengine_ctl.operations.backups.repair import chosen_target, plan_repair, repair


def repair_and_tell(
    session: Session, client: str, wanted: str | None, *, dry_run: bool, ask: bool
) -> None:
    """Show what is damaged; once that was agreed to, mend it.

    Raises:
        NotAllowedError: it was not confirmed.
    """
    target = chosen_target(session.world, client, wanted)
    plan = plan_repair(session.world, client, target)
    if not session.as_json:
        _tell_plan(client, target, plan)
    if dry_run:
        _put(session, client, target, plan)
        return
    if ask:
        confirm(f"Repair {target}?", f"{target} was not repaired")
    done = repair(session.world, client, target, plan)
    _put(session, client, target, done)
    if not session.as_json:
        _tell_end(client, target, done)


def _tell_plan(client: str, target: str, plan: RepairResult) -> None:
    if not (plan.damaged or plan.lost):
        terminal.say(f"All that {client} has at {target} can be read.", "good")
        return
    terminal.say(
        f"At {target} {len(plan.damaged)} stored objects are damaged, and these points of {client} "
        f"cannot be read: {', '.join(plan.lost) or 'none'}.",
        "bad",
    )
    terminal.say(
        "A repair takes out what is damaged and takes a new point, which may heal some of them. "
        "Those that it does not heal are lost at this storage for good."
    )


def _tell_end(client: str, target: str, done: RepairResult) -> None:
    if done.healed:
        terminal.say(f"Healed: {', '.join(done.healed)}.", "good")
    if done.lost:
        terminal.say(f"Lost at {target}: {', '.join(done.lost)}.", "bad")
    terminal.say(f"{client} has the point {done.point} at {target}, proven by a drill.", "good")


def _put(session: Session, client: str, target: str, found: RepairResult) -> None:
    if session.as_json:
        result = {"kind": "result", "client": client, "target": target}
        terminal.put_json({**result, **found.model_dump(mode="json")})
