"""After a client is there: its first visit, whose website it is, and a concierge that knows something."""

import time

from leadengine_agent.protocol import ReadSite
from leadengine_ctl.fleet.signup_records import SignupRecord, SignupState
from leadengine_ctl.notify.outward import get_text
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import client_host
from leadengine_ctl.operations.signups.own_stack import is_secure
from leadengine_ctl.operations.signups.proving import Load, find_proof
from leadengine_ctl.operations.tenants import read_tenants


def look_around(world: World, signup: SignupRecord, load: Load = get_text) -> SignupRecord:
    """See what has happened since; the sign-up as it is then.

    Raises:
        LeadEngineError: its host did not answer.
    """
    if not signup.proven_by and (proof := find_proof(world, signup, load)):
        signup = world.store.signups.change(signup, proven_by=proof)
        world.record("signup.proven", signup.id, detail=f"{signup.domain} by {proof}")
    if signup.plan != "hosted":
        return _of_own_stack(world, signup)
    if signup.proven_by and signup.read_at is None:
        signup = _read_site(world, signup)
    shown = read_tenants(world, signup.stack, signup.slug).shown
    changes: dict[str, object] = {}
    if shown is not None and shown.visits and signup.hit_at is None:
        changes["hit_at"] = time.time()
    if shown is not None and shown.kept.get("passages") and signup.ready_at is None:
        changes["ready_at"] = time.time()
    signup = world.store.signups.change(signup, **changes) if changes else signup
    return _ended(world, signup)


def _of_own_stack(world: World, signup: SignupRecord) -> SignupRecord:
    """Its name leads there, and its agent counts visits; what its concierge knows is seen there alone."""
    if signup.secure_at is None and is_secure(world, signup.slug):
        signup = world.store.signups.change(signup, secure_at=time.time())
        seconds = signup.seconds_to_https or 0
        world.record("signup.secure", signup.id, detail=f"{signup.slug} after {seconds:.0f} s")
    if signup.hit_at is None and any(
        each.visitors for each in world.store.reports.usage("2000-01-01", signup.slug)
    ):
        # A visit that came was sent to the name, over TLS.
        moment = time.time()
        seen = {"hit_at": moment, "secure_at": signup.secure_at or moment}
        signup = world.store.signups.change(signup, **seen)
    if signup.proven_by and signup.read_at is None:
        signup = _read_site(world, signup)
    return _ended(world, signup)


def _ended(world: World, signup: SignupRecord) -> SignupRecord:
    known = signup.ready_at is not None or signup.plan != "hosted"
    if signup.hit_at is None or not known:
        return signup
    world.record("signup.ready", signup.id, detail=signup.slug)
    return world.store.signups.change(signup, state=SignupState.READY)


def _read_site(world: World, signup: SignupRecord) -> SignupRecord:
    if signup.plan == "hosted":
        order = ReadSite(client=signup.stack, tenant=signup.slug)
    else:
        order = ReadSite(client=signup.stack, site=signup.domain)
    world.ask(client_host(world, signup.stack), order)
    return world.store.signups.change(signup, read_at=time.time())
