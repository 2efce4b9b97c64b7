"""Put the panel itself on a host, by what puts clients there: a durable operation, an agent, images."""

from dataclasses import dataclass
from typing import get_args

from pydantic import SecretStr

from leadengine_agent.protocol import (
    ImageRef,
    PanelImage,
    PanelOrder,
    PanelSecret,
    PanelSetting,
    PanelSpec,
)
from leadengine_agent.values import Frozen
from leadengine_ctl.errors import NotAllowedError, NotFoundError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import Did, Run, Work, World
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.defaults import find_address
from leadengine_ctl.operations.making_hosts import make_host, remember_host
from leadengine_ctl.operations.orders import failure_error
from leadengine_ctl.releases.docker import Docker
from leadengine_ctl.resources import data_folder
from leadengine_ctl.settings import Settings

_TAGS: dict[PanelImage, tuple[str, ...]] = {
    "panel": ("leadengine/panel:dev",),
    "db": ("postgres:17", "leadengine/standin-postgres:dev"),
    "nginx": ("nginx:1.26", "leadengine/standin-nginx:dev"),
}
"""Each image by the names it may have on this machine: the official one first."""


class PanelRequest(Frozen):
    """What was asked for. `client`: the word that is locked meanwhile; there is one panel."""

    client: str = "the-panel"
    host: str
    spec: PanelSpec


def panel_request(world: World, host: str, domain: str, email: str | None) -> PanelRequest:
    """What to install, with nothing left open.

    Raises:
        ValidationError: a value is refused.
        NotFoundError: an image is missing here, or no host has that name.
        NotAllowedError: a client lives on that host.
    """
    address, settings = find_address(world, host), world.settings
    inhabitants = [each.slug for each in world.store.clients.on(address.name)]
    if inhabitants:
        raise NotAllowedError(
            f"The panel does not go onto {address.name}",
            f"{', '.join(inhabitants)} lives there, and has its ports 80 and 443.",
            "Name another host.",
        )
    spec = {
        "domain": domain,
        "email": email or settings.support_email,
        "acme": settings.acme(),
        "mail": settings.mail(),
        "images": {name: _image(tags) for name, tags in _TAGS.items()},
        "releases": settings.releases or "",
        "releases_root": settings.releases_root or "",
        "two_persons": settings.panel_two_persons,
        "settings": {name: _word(getattr(settings, name)) for name in get_args(PanelSetting)},
    }
    return PanelRequest(host=str(address), spec=PanelSpec.model_validate(spec))


def _word(value: str | bool | int | None) -> str:
    """A setting as an environment has it; empty: none."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _image(tags: tuple[str, ...]) -> str:
    docker = Docker()
    for tag in tags:
        if image := docker.find(tag):
            return image.id
    raise NotFoundError(
        f"The image {tags[-1]} is not on this machine",
        "The panel is installed from the images that Docker has here.",
        "Build it with 'make images', then run it again.",
    )


@dataclass(frozen=True)
class InstallPanel(ClientVerb[PanelRequest]):
    """The verb."""

    name: str = "install-panel"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Steps(run, self.request)
        return (
            Work("prepare", steps.prepare),
            Work("images", steps.images),
            Work("install", steps.install),
        )


@dataclass(frozen=True)
class _Steps:
    run: Run
    request: PanelRequest

    def prepare(self) -> Did:
        """Engine and agent of the newest release."""
        world, address = self.run.world, self._address()
        agent = world.library.newest().release.agent
        make_host(world, self.run.host(address), agent, self.run.report("prepare"))
        remember_host(world, address)
        return Did(changed=self.run.has_changed("prepare"))

    def images(self) -> Did:
        """Carried over the connection: no registry has them."""
        images = tuple(
            ImageRef(repository=f"leadengine/{name}", digest=digest, pulled=False)
            for name, digest in self.request.spec.images.items()
        )
        sent = self.run.host(self._address()).carry(images, self.run.report("images"))
        return Did(changed=bool(sent), detail=f"{sent / 1e6:.0f} MB sent" if sent else "all there")

    def install(self) -> Did:
        """What the agent makes of it."""
        folder, password = data_folder("templates") / "panel", self.run.world.settings.smtp_pass
        order = PanelOrder(
            spec=self.request.spec,
            smtp_password=password or SecretStr(""),
            secrets=_secrets(self.run.world.settings),
            files={
                "compose.yaml": (folder / "compose.yaml").read_text(encoding="utf-8"),
                "nginx.conf": (folder / "nginx.conf").read_text(encoding="utf-8"),
            },
        )
        host = self.run.host(self._address())
        if failure := host.install_panel(order, self.run.report("install")):
            raise failure_error(failure, str(self._address()))
        return Did(changed=self.run.has_changed("install"))

    def _address(self) -> HostAddress:
        return HostAddress.parse(self.request.host)


def _secrets(settings: Settings) -> dict[PanelSecret, SecretStr]:
    """Those that are set here; the others stay as the host has them."""
    found: dict[PanelSecret, SecretStr | None] = {
        "lectl_stripe_key": settings.stripe_key,
        "lectl_stripe_webhook_secret": settings.stripe_webhook_secret,
        "lectl_deadman_url": settings.deadman_url,
    }
    return {name: value for name, value in found.items() if value}


def first_owner(world: World, request: PanelRequest, email: str) -> str:
    """The link of the panel's first owner; empty: people are there already."""
    with world.open_host(HostAddress.parse(request.host)) as host:
        return host.panel_owner(email)
