"""What a generation's own file says: which release, which spec, which colour."""

from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import Colour, StackSpec
from leadengine_agent.values import Frozen, Version


class Record(Frozen):
    """What `generation.json` beside the rendered files says."""

    number: int
    colour: Colour
    key: str
    release: Version
    spec: StackSpec


def current_record(layout: StackLayout) -> Record | None:
    """The committed generation; None before the first."""
    path = layout.current / "generation.json"
    return Record.model_validate_json(path.read_text()) if path.exists() else None
