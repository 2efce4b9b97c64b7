"""What pages and the API have done: each is an operation that waits for a worker, in the person's name."""

import secrets
import time

from leadengine_ctl.errors import NotAllowedError, UsageError
from leadengine_ctl.fleet.panel_records import ApprovalRecord, ApprovalState, JobRecord
from leadengine_ctl.fleet.records import OperationState, Word
from leadengine_ctl.fleet.store import now
from leadengine_ctl.operations import jobs
from leadengine_ctl.operations.admission import check_names, check_release
from leadengine_ctl.operations.base import Verb, World
from leadengine_ctl.operations.configuring import POLICY_KEYS, keep_policies
from leadengine_ctl.operations.defaults import client_host
from leadengine_ctl.operations.deploy import Deploy
from leadengine_ctl.operations.destroy import Destroy, destroy_request
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.resume import make_verb, verb_of
from leadengine_ctl.operations.rollback import RollbackRequest, RollbackVerb
from leadengine_ctl.operations.rollouts import plans
from leadengine_ctl.operations.rollouts.request import RolloutRequest
from leadengine_ctl.operations.rollouts.words import leave_word
from leadengine_ctl.planning.rollout import RolloutPlan

_APPROVAL_SECONDS = 24 * 3600.0


def deploy(world: World, request: DeployRequest, host_key: str | None) -> JobRecord:
    """Ask for a deploy, once it is clear that it may be.

    Raises:
        NotAllowedError: the name or the domain is in use elsewhere, or the release is older.
    """
    check_names(world, request)
    check_release(world, request)
    return jobs.ask_for(world, Deploy(request), host_key)


def roll_back(world: World, client: str, to: int | None) -> JobRecord:
    """Ask for the generation before, or an earlier one."""
    request = RollbackRequest(client=client, host=str(client_host(world, client)), to=to)
    return jobs.ask_for(world, RollbackVerb(request))


def start_rollout(world: World, request: RolloutRequest) -> str:
    """Plan, write the plan down, and ask for it to be run; its id.

    Raises:
        NotAllowedError: there is nobody to change.
    """
    plan = plans.plan_rollout(world, request)
    if not plan.targets:
        raise nothing_to_do(plan)
    rollout = plans.start_rollout(world, request, plan)
    jobs.ask_for_rollout(world, rollout)
    return rollout


def nothing_to_do(plan: RolloutPlan) -> NotAllowedError:
    """Why a plan is empty, in an error's sentences."""
    whys = [f"{each.client} {each.why}" for each in plan.skipped[:5]]
    return NotAllowedError("There is nothing to change", "; ".join(whys), "")


def configure(world: World, client: str, changes: dict[str, str]) -> str | None:
    """Settle what the store settles, and bring the rest to the host; the id of that rollout.

    Raises:
        ValidationError: a value is refused; nothing is settled then.
    """
    policy = {key: text for key, text in changes.items() if key in POLICY_KEYS}
    rest = {key: text for key, text in changes.items() if key not in POLICY_KEYS}
    keep_policies(world, (client,), policy, only_check=True)
    request = RolloutRequest(kind="config", clients=(client,), changes=rest, soak=0)
    plan = plans.plan_rollout(world, request) if rest else None
    keep_policies(world, (client,), policy, only_check=False)
    if plan is None or not plan.targets:
        return None
    rollout = plans.start_rollout(world, request, plan)
    jobs.ask_for_rollout(world, rollout)
    return rollout


def resume_operation(world: World, operation: str) -> JobRecord:
    """Ask that an unfinished operation be gone on with."""
    record = world.store.operations.get(operation)
    return jobs.ask_for(world, verb_of(record))


def tell_rollout(world: World, rollout: str, word: str) -> None:
    """Pause, resume or abort a rollout, wherever it runs.

    Raises:
        UsageError: that is no word for a rollout.
    """
    if word == "resume":
        record = world.store.rollouts.get(rollout)
        if record.state in {"stopped", "aborted", "done"}:
            raise NotAllowedError(f"The rollout has ended: it is {record.state}", record.reason, "")
        world.store.rollouts.ask(rollout, Word.RUN)
        jobs.ask_for_rollout(world, rollout)
        return
    if word not in {Word.PAUSE, Word.ABORT}:
        raise UsageError("A rollout can be told to pause, resume or abort")
    leave_word(world, rollout, Word(word))


def destroy(world: World, client: str, confirm: str) -> JobRecord | ApprovalRecord:
    """Ask for a client's end; a second person has to agree, when the settings say so.

    Raises:
        NotAllowedError: the client's name was not typed.
    """
    if confirm != client:
        raise NotAllowedError(
            f"{client} was not destroyed", "The client's name was not typed.", "Type it to confirm."
        )
    verb = Destroy(destroy_request(world, client))
    if takes_two(world, verb.name):
        return ask_second(world, verb)
    return jobs.ask_for(world, verb)


def takes_two(world: World, verb: str) -> bool:
    """True for a verb that the settings want a second person for."""
    return verb in {each.strip() for each in world.settings.panel_two_persons.split(",")}


def ask_second(world: World, verb: Verb) -> ApprovalRecord:
    """Let a verb wait until somebody else agrees to it."""
    record = ApprovalRecord(
        id=secrets.token_hex(8),
        verb=verb.name,
        subject=verb.client,
        params=verb.params,
        asked_by=world.actor,
        asked_at=now(),
        expires=time.time() + _APPROVAL_SECONDS,
    )
    world.store.approvals.ask(record)
    world.record(f"{verb.name}.ask", verb.client, "asked", record.id)
    return record


def answer_approval(world: World, approval: str, *, agreed: bool) -> JobRecord | None:
    """Agree to what somebody else asked for, and have it done; or refuse it.

    Raises:
        NotAllowedError: it is one's own, has been answered, or is too old.
    """
    record = world.store.approvals.get(approval)
    state = ApprovalState.APPROVED if agreed else ApprovalState.REFUSED
    if not world.store.approvals.answer(approval, world.actor, state):
        raise NotAllowedError(
            "This request cannot be answered",
            "One does not agree to one's own request, and each is answered once, within a day.",
            "Somebody else of the team can.",
        )
    world.record(f"{record.verb}.{state}", record.subject, "done", f"asked by {record.asked_by}")
    return jobs.ask_for(world, make_verb(record.verb, record.params)) if agreed else None


def is_waiting_for_worker(world: World, operation: str) -> bool:
    """True while nobody has begun with what was asked for."""
    job = world.store.jobs.find(operation)
    return job is not None and job.state == "waiting"


def can_resume(world: World, operation: str) -> bool:
    """True for an operation whose process seems to be gone."""
    record = world.store.operations.get(operation)
    busy = world.store.jobs.open_for(record.client)
    return record.state is OperationState.RUNNING and busy is None and record.verb != "update"
