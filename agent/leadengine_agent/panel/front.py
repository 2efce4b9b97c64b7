"""nginx in front of the panel, as whoever looks after its certificate sees it."""

from dataclasses import dataclass

from cryptography import x509

from leadengine_agent import docker
from leadengine_agent.certifying import Site
from leadengine_agent.gateway import prove, served
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.panel.words import PROJECT, panel_spec
from leadengine_agent.protocol import PanelSpec

PROXY = f"{PROJECT}-proxy-1"


@dataclass(frozen=True)
class PanelFront:
    """The panel's nginx."""

    layout: StackLayout
    spec: PanelSpec

    def prove(self) -> None:
        """Raises TaskFailure when nginx refuses configuration or certificate."""
        text = (self.layout.live / "nginx.conf").read_text()
        prove(self.layout, self.spec.images["nginx"], text)

    def reload(self) -> None:
        docker.docker("kill", "--signal", "HUP", PROXY)

    def certificate(self) -> x509.Certificate | None:
        return served(self.layout.client, self.spec.domain, PROXY).certificate


def panel_site(host: HostLayout) -> Site | None:
    """The panel's name and nginx; None where there is no panel."""
    spec = panel_spec(host)
    if spec is None:
        return None
    return Site(host.panel, spec, PanelFront(host.panel, spec))
