"""Whom this host believes about releases: one publisher, pinned when the host is prepared.

`leadengine-agent trust` reads `{"roots": [...]}` from standard input. Only who may use Docker on the
host can start it: no task can, so a control plane that was taken over cannot change whom the host
believes.
"""

import json
import sys
from pathlib import Path

from leadengine_agent.files import write_atomically
from leadengine_agent.layout import HostLayout
from leadengine_agent.values import digest_of

_LARGEST = 4_000_000
REFUSED = 3
"""Exit code when the host believes another publisher."""


def publisher_file(layout: HostLayout) -> Path:
    """The publisher's first root, as it was pinned. Newer ones follow from it."""
    return layout.trust / "publisher.json"


def pin(layout: HostLayout, roots: list[str]) -> str:
    """Believe the publisher whose roots these are, oldest first.

    Returns:
        An empty text, or the fingerprint of the other publisher that this host believes.
    """
    path = publisher_file(layout)
    if path.exists():
        known = path.read_text()
        return "" if known == roots[0] else digest_of(known)
    history = layout.trust / "root_history"
    history.mkdir(mode=0o700, parents=True, exist_ok=True)
    # With them a new host is not talked into an older root whose keys are worth nothing any more.
    for number, root in enumerate(roots, 1):
        write_atomically(history / f"{number}.root.json", root, mode=0o600)
    write_atomically(path, roots[0], mode=0o600)
    return ""


def main() -> int:
    """Pin what standard input says; on refusal the other publisher is told on standard output."""
    roots = json.loads(sys.stdin.read(_LARGEST))["roots"]
    layout = HostLayout()
    is_new = not publisher_file(layout).exists()
    if other := pin(layout, roots):
        sys.stdout.write(other)
        return REFUSED
    sys.stdout.write("pinned" if is_new else "unchanged")
    return 0
