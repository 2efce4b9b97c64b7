"""A panel of the lab: the real routes of agents over TLS, at the address that lab hosts know us by."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.authority import Authority
from tests.lab.operator import Operator
from tests.lab.run import Run
from tests.unit.reporting.panel import PanelServer

NAME = "panel"


def panel_settings(server: PanelServer, authority: Authority) -> dict[str, str]:
    """Let an operator's hosts report to this panel."""
    return {"LECTL_PANEL_URL": server.url, "LECTL_PANEL_TRUST": str(authority.root_file)}


@contextmanager
def lab_panel(
    run: Run, authority: Authority, operator: Operator, interval: float = 3.0
) -> Iterator[PanelServer]:
    """Serve an operator's own store; reports come often, so that a test need not wait."""
    authority.issue(NAME, run.gateway)
    server = PanelServer(
        operator.data,
        address=run.gateway,
        interval=interval,
        certificate=(authority.folder / f"{NAME}.pem", authority.folder / f"{NAME}.key"),
    )
    server.start()
    yield server
    server.stop()
