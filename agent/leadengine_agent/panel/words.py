"""What a host remembers of the panel that lives on it."""

from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import PanelSpec

PROJECT = "leadengine_panel"
"""Its Compose project. With a line that no client's name has: `leadengine-panel` is a client's."""


def panel_spec(host: HostLayout) -> PanelSpec | None:
    """The panel of this host; None where there is none."""
    path = host.panel.state / "panel.json"
    return PanelSpec.model_validate_json(path.read_text()) if path.exists() else None
