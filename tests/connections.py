"""Which connections this process makes, as the interpreter itself tells; nothing is patched."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_watching: list[list[object]] = []


@contextmanager
def watched() -> Iterator[list[object]]:
    """The addresses that are connected or written to until the block ends, by any thread of this process."""
    made: list[object] = []
    _install()
    _watching.append(made)
    try:
        yield made
    finally:
        _watching.remove(made)


def _install() -> None:
    """Once: such a hook stays for as long as the process."""
    if not hasattr(_note, "is_installed"):
        sys.addaudithook(_note)
        _note.is_installed = True  # type: ignore[attr-defined]


def _note(event: str, details: tuple[object, ...]) -> None:
    if event in _EVENTS:
        for made in _watching:
            made.append(details[-1])
