"""What somebody asked for in the panel, and how a worker carries it out."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from leadengine_ctl.errors import LeadEngineError, LockedError
from leadengine_ctl.fleet.panel_records import JobRecord
from leadengine_ctl.fleet.records import RolloutState
from leadengine_ctl.operations.backups.everybody import Everybody, back_up
from leadengine_ctl.operations.base import Happening, Verb, World
from leadengine_ctl.operations.resume import make_verb
from leadengine_ctl.operations.rollouts.run import run_rollout
from leadengine_ctl.operations.runner import new_id, run

LEASE = 10.0
"""Seconds after which a worker that gave no sign counts as gone."""

ROLLOUT = "rollout"
EVERYBODY = "back-up"
"""Recovery points of all clients, by one job: a job for each would keep everybody else waiting."""

ALL_CLIENTS = "all clients"
"""The subject of such a job; no client can be called so."""

_HEARTBEAT = 2.0
_GOING_ON = (RolloutState.RUNNING, RolloutState.PAUSED)
_TRIES = 5
"""A job that has killed so many workers is not given to another one."""


def ask_for(world: World, verb: Verb, host_key: str | None = None) -> JobRecord:
    """Ask for an operation; whatever waits or runs for that client comes first.

    Raises:
        LockedError: something does.
    """
    return _ask(world, _job(world, new_id(), (verb.name, verb.client, verb.params), host_key))


def ask_for_rollout(world: World, rollout: str) -> JobRecord:
    """Ask that a rollout of the ledger be run, or gone on with."""
    open_ = world.store.jobs.open_for(rollout)
    if open_ is not None:
        return open_
    return _ask(world, _job(world, new_id(), (ROLLOUT, rollout, ""), None))


def ask_for_backups(world: World, wanted: Everybody) -> JobRecord:
    """Ask for a recovery point of each of these clients.

    Raises:
        LockedError: that is being done already.
    """
    what = (EVERYBODY, ALL_CLIENTS, wanted.model_dump_json())
    return _ask(world, _job(world, new_id(), what, None))


def carry_out(world: World, job: JobRecord, runner: str) -> None:
    """Do what a job asks for, and write down how it ended. What a killed worker began is gone on with."""
    with _held(world, job, runner):
        failure = None
        try:
            _do(world, job, runner)
        except LeadEngineError as error:
            failure = (error.what, error.why, error.hint)
        world.store.jobs.end(job.id, runner, failure)


def _ask(world: World, job: JobRecord) -> JobRecord:
    open_ = world.store.jobs.open_for(job.subject)
    if open_ is not None:
        raise LockedError(
            f"{job.subject} is waiting for something else already: {open_.verb}",
            f"{open_.actor} asked for it.",
            "Wait until that has ended; the page of operations shows it.",
        )
    world.store.jobs.add(job)
    world.record(job.verb, job.subject, "asked", job.id)
    return job


def _job(world: World, id_: str, what: tuple[str, str, str], host_key: str | None) -> JobRecord:
    verb, subject, params = what
    return JobRecord(
        id=id_, verb=verb, subject=subject, params=params, actor=world.actor, host_key=host_key
    )


def _do(world: World, job: JobRecord, runner: str) -> None:
    if job.tries > _TRIES:
        raise LeadEngineError(
            f"{job.verb} of {job.subject} was given up",
            f"{_TRIES} workers died while they were at it.",
            "Look at the log of the panel, then ask for it again.",
        )
    if job.verb == ROLLOUT:
        _roll(world, job.subject)
        return
    if job.verb == EVERYBODY:
        back_up(world, job)
        return

    def listen(event: Happening) -> None:
        if event.operation not in seen:
            seen.add(event.operation)
            world.store.jobs.begin(job.id, runner, event.operation)

    seen: set[str] = set()
    run(world, make_verb(job.verb, job.params), listen, job.id)


def _roll(world: World, rollout: str) -> None:
    """Run a rollout; its former runner may have died a moment ago, and its lease lapses a moment later."""
    patience = time.monotonic() + 2 * LEASE
    while True:
        try:
            run_rollout(world, rollout, lambda _news: None)
        except LockedError:
            if world.store.rollouts.get(rollout).state not in _GOING_ON:
                return
            if time.monotonic() > patience:
                raise
            time.sleep(_HEARTBEAT / 2)
        else:
            return


@contextmanager
def _held(world: World, job: JobRecord, runner: str) -> Iterator[None]:
    """Renew the job's lease from a thread of its own, so that nobody else begins with it."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(_HEARTBEAT):
            if not world.store.jobs.renew(job.id, runner, LEASE):
                return

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
