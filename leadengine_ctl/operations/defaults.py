"""Fill in what a person left out: from the client as it is, else from the settings."""

import hashlib

from leadengine_agent.protocol import Kind
from leadengine_agent.values import Frozen, Slug
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.request import DeployRequest, DeployTarget
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.settings import Settings


class _Named(Frozen):
    client: Slug


def find_address(world: World, text: str) -> HostAddress:
    """The host a person means: an address, or the name of a host we know.

    Raises:
        UsageError: it is neither a name nor an address.
        NotFoundError: no host has that name.
    """
    rented = world.store.servers.named(text)
    known = world.store.hosts.find(rented.host if rented and rented.host else text)
    if known is None and "://" not in text and text != "local":
        known = world.store.hosts.get(text)
    return HostAddress.parse(known.url if known else text)


def client_host(world: World, client: str) -> HostAddress:
    """Where a known client's stack is."""
    record = world.store.clients.get(check_slug(client))
    return HostAddress.parse(world.store.hosts.get(record.host).url)


def check_slug(client: str) -> str:
    """Refuse what cannot be a client's name before anything looks for it."""
    return _Named(client=client).client


def deploy_request(  # noqa: PLR0913 - each is what a person may leave out
    world: World,
    client: str,
    domain: str,
    *,
    email: str | None,
    host: str | None,
    plan: str | None,
    release: str | None = None,
    dns: str | None = None,
    replace_dns: bool = False,
    kind: Kind | None = None,
) -> DeployRequest:
    """What a deploy is asked to do, with nothing left open.

    Raises:
        ValidationError: a value is refused.
        NotFoundError: there is no release, or no host of that name.
    """
    old = world.store.clients.find(check_slug(client))
    known = (old.spec.email, old.spec.plan, old.host) if old else None
    default_email, default_plan, default_host = known or _new_client(world)
    place = find_address(world, default_host if host is None else host)
    target = DeployTarget.model_validate(
        {
            "client": client,
            "kind": kind or (old.spec.kind if old else "dedicated"),
            "domain": domain,
            "email": default_email if email is None else email,
            "plan": default_plan if plan is None else plan,
            "host": str(place),
        }
    )
    library = world.library
    chosen = library.newest() if release is None else library.load(release)
    refuse_yanked(chosen)
    return DeployRequest(
        **target.model_dump(),
        release=chosen.release.version,
        dns=dns,
        replace_dns=replace_dns,
        settings=_name_of(world.settings),
    )


def _name_of(settings: Settings) -> str:
    text = settings.mail().model_dump_json() + settings.acme().model_dump_json()
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def refuse_yanked(bundle: Bundle) -> None:
    """Refuse to deploy what its publisher has withdrawn."""
    if bundle.publication.yanked:
        raise NotAllowedError(
            f"Release {bundle.release.version} is withdrawn",
            bundle.publication.yanked,
            "'lectl release list' shows which are good.",
        )


def _new_client(world: World) -> tuple[str, str, str]:
    return world.settings.support_email, "dedicated", "local"
