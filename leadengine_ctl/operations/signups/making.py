"""Whoever has paid becomes a client, by the same operations as everybody."""

import time

from leadengine_ctl.errors import LeadEngineError, LockedError, NotAllowedError, NotFoundError
from leadengine_ctl.fleet.panel_records import JobState
from leadengine_ctl.fleet.signup_records import SignupRecord, SignupState
from leadengine_ctl.operations import jobs
from leadengine_ctl.operations.base import Verb, World
from leadengine_ctl.operations.signups.own_stack import check_own_place, is_live, next_verb
from leadengine_ctl.operations.tenants import (
    CreateTenantRequest,
    CreateTenantVerb,
    learn,
    place_of,
    read_tenants,
)

MOST_TRIES = 5
"""After so many operations that failed a person of ours has to look; the page says so."""


def check_place(world: World, signup: SignupRecord) -> None:
    """See that there is a place for the client, before money is taken for one.

    Raises:
        NotAllowedError: the name is taken there.
        LeadEngineError: there is no place, or its host does not answer.
    """
    if signup.plan != "hosted":
        check_own_place(world, signup)
        return
    stack, _ = place_of(world, None)
    try:
        read_tenants(world, stack, signup.slug)
    except NotFoundError:
        return
    raise NotAllowedError(
        f"The name {signup.slug} is taken", "", "Go back and write the company's name differently."
    )


def ask_for_client(world: World, signup: SignupRecord) -> SignupRecord:
    """Have it made by a worker; what was asked for already is not asked for again."""
    known = world.store.jobs.open_for(_subject(world, signup))
    if known is not None:
        # Of this or of another client of the same stack: one after the other.
        return signup
    try:
        job = jobs.ask_for(world, _verb(world, signup))
    except LockedError:
        return signup
    except LeadEngineError as error:
        return _held_up(world, signup, error.what, error.why)
    return world.store.signups.change(
        signup,
        state=SignupState.MAKING,
        operation=job.id,
        tries=signup.tries + 1,
        problem="",
    )


def look_for_client(world: World, signup: SignupRecord) -> SignupRecord:
    """See whether it is there by now; a failed operation is asked for again, some times.

    A stack of its own takes two of them where its server has to be bought first.
    """
    if signup.plan != "hosted" and is_live(world, signup):
        # Also when a person of ours has deployed it, after ours had failed.
        return _arrived(world, signup)
    job = world.store.jobs.find(signup.operation)
    if job is not None and job.state in {JobState.WAITING, JobState.RUNNING}:
        return signup
    if job is None or job.state is JobState.FAILED:
        why = job.failure[0] if job and job.failure else "The operation is gone."
        if signup.tries >= MOST_TRIES:
            return _held_up(world, signup, why, "")
        return world.store.signups.change(signup, state=SignupState.PAID, problem=why)
    if signup.plan != "hosted":
        return world.store.signups.change(signup, state=SignupState.PAID, tries=0, problem="")
    return _arrived(world, signup)


def _arrived(world: World, signup: SignupRecord) -> SignupRecord:
    if signup.plan == "hosted":
        stack, _ = place_of(world, None)
        found = read_tenants(world, stack, signup.slug).shown
        if found is None:
            raise NotFoundError(f"The stack {stack} has no client {signup.slug}")
        learn(world, stack, found)
        known = {"stack": stack, "client_id": found.client_id, "dashboard": found.dashboard}
        known |= {"snippet": found.snippet, "tag": found.tag}
    else:
        spec = world.store.clients.get(signup.slug).spec
        tag = f'<script async src="https://{spec.domain}/pixel.js"></script>'
        known = {"stack": signup.slug, "client_id": spec.client_id, "tag": tag, "snippet": tag}
        known["dashboard"] = f"https://{spec.domain}"
    live = world.store.signups.change(
        signup, **known, state=SignupState.LIVE, live_at=time.time(), problem=""
    )
    world.record("signup.live", signup.id, detail=f"{signup.slug} after {live.seconds or 0:.0f} s")
    return live


def _subject(world: World, signup: SignupRecord) -> str:
    return place_of(world, None)[0] if signup.plan == "hosted" else signup.slug


def _verb(world: World, signup: SignupRecord) -> Verb:
    if signup.plan == "hosted":
        stack, host = place_of(world, None)
        return CreateTenantVerb(
            CreateTenantRequest(
                client=stack,
                host=host,
                tenant=signup.slug,
                domain=signup.domain,
                email=signup.email,
                company=signup.company,
                colour=signup.colour,
            )
        )
    return next_verb(world, signup)


def _held_up(world: World, signup: SignupRecord, what: str, why: str) -> SignupRecord:
    problem = f"{what}. {why}".strip()
    if signup.problem == problem:
        return signup
    world.record("signup.held-up", signup.id, "failed", problem)
    return world.store.signups.change(signup, problem=problem)
