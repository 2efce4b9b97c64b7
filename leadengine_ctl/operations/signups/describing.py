"""Who signs up: company, website, colour, and the name in addresses."""

import re
import unicodedata
from typing import Annotated

from pydantic import StringConstraints

from leadengine_agent.values import CompanyName, DomainName, Frozen
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.signup_records import SignupRecord, SignupState
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.signups.beginning import check_open

KEPT_FREE = frozenset(
    {
        *(
            "admin",
            "api",
            "app",
            "assets",
            "brand",
            "cdn",
            "chat",
            "complaints",
            "consent",
            "conversations",
        ),
        *(
            "healthz",
            "embed",
            "insights",
            "install",
            "internal",
            "knowledge",
            "leads",
            "live",
            "login",
            "metrics",
        ),
        *(
            "pixel",
            "platform",
            "readyz",
            "set-password",
            "settings",
            "sign-in",
            "sign-out",
            "start",
            "static",
        ),
        *("v1", "www"),
    }
)
"""Names that a hosted stack has for itself; a test holds them against the stack's own list."""

_LONGEST = 30
_TRIES = 50


class Described(Frozen):
    """What somebody says of themselves. `colour` as `#2563eb`."""

    company: CompanyName
    domain: DomainName
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")] = "#2563eb"


def describe(world: World, signup: SignupRecord, said: Described) -> SignupRecord:
    """Keep it, and reserve a name; it can be said again until the payment has begun.

    Raises:
        NotAllowedError: the payment has begun, or the website is a client's already.
        LockedError: it was changed meanwhile.
    """
    check_open(world)
    if signup.state not in {SignupState.OPEN, SignupState.APPROVAL} or signup.checkout:
        raise NotAllowedError(
            "This cannot be changed any more", "The payment has begun.", "Write to us."
        )
    _check_domain(world, signup, said.domain)
    slug = signup.slug if signup.company == said.company else _name_for(world, said.company)
    waits = world.settings.signup_approval and not signup.agreed_by
    state = SignupState.APPROVAL if waits else SignupState.OPEN
    world.record("signup.describe", signup.id, detail=f"{slug}, {said.domain}")
    return world.store.signups.change_anyway(signup, **said.model_dump(), slug=slug, state=state)


def answer(world: World, signup: SignupRecord, *, agreed: bool) -> SignupRecord:
    """Let somebody go on to pay, or not; a refusal gives the name free.

    Raises:
        NotAllowedError: nobody waits for this answer.
    """
    if signup.state is not SignupState.APPROVAL:
        raise NotAllowedError("Nobody waits for this answer", f"The sign-up is {signup.state}.", "")
    world.record(f"signup.{'agree' if agreed else 'refuse'}", signup.id, detail=signup.domain)
    if agreed:
        changes = {"state": SignupState.OPEN, "agreed_by": world.actor}
    else:
        changes = {"state": SignupState.REFUSED, "slug": ""}
    return world.store.signups.change_anyway(signup, **changes)


def own_domain(signup: SignupRecord) -> str:
    """Where a stack of one's own is served: below the website, without its `www`."""
    return f"leads.{signup.domain.removeprefix('www.')}"


def is_free(world: World, slug: str, but_for: str = "") -> bool:
    """Whether nobody has a name yet.

    Args:
        but_for: the id of a sign-up that may have it.
    """
    store = world.store
    owner = store.signups.owner_of(slug)
    taken = owner is not None and owner.id != but_for
    # A server that has the name already would be taken for the client's own.
    known = store.clients.find(slug) or store.hosted.called(slug) or store.servers.named(slug)
    return not (taken or slug in KEPT_FREE or known)


def _check_domain(world: World, signup: SignupRecord, domain: str) -> None:
    bare = domain.removeprefix("www.")
    known = {each.domain.removeprefix("www.") for each in world.store.hosted.all()}
    theirs = world.store.clients.find_domain(
        own_domain(signup.model_copy(update={"domain": domain}))
    )
    if bare in known or theirs is not None:
        raise NotAllowedError(
            f"{domain} is a client's website already",
            "",
            "Sign in there, or write to us if it is yours.",
        )


def _name_for(world: World, company: str) -> str:
    """The first free name that looks like the company's.

    Raises:
        NotAllowedError: there is none.
    """
    plain = unicodedata.normalize("NFKD", company).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "client"
    base = words if words[0].isalpha() else f"c-{words}"
    base = re.sub(r"-+", "-", base)[: _LONGEST - 4].strip("-")
    base = base if len(base) > 1 else f"{base}-co"
    for number in range(1, _TRIES):
        slug = base if number == 1 else f"{base}-{number}"
        if is_free(world, slug):
            return slug
    raise NotAllowedError(f"No name for {company} is free", "", "Write the company's name longer.")
