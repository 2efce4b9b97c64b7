"""The pause valve of a stack: while its file is there, the api lets new requests wait (stack.md)."""

from leadengine_agent.files import write_atomically
from leadengine_agent.layout import StackLayout

_FILE = "hold"


def close(layout: StackLayout) -> None:
    """Let new requests wait; those under way go on."""
    write_atomically(layout.hold / _FILE, "")


def open_again(layout: StackLayout) -> None:
    """Let them through; also what a killed run left closed."""
    (layout.hold / _FILE).unlink(missing_ok=True)
