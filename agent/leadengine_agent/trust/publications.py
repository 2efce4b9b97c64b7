"""What the last verified metadata said about each release; read without the library that verified it."""

import json
from dataclasses import dataclass
from typing import Any

from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import manifest_name
from leadengine_agent.values import version_key


@dataclass(frozen=True)
class Publication:
    """One release, as its publisher signed it.

    Attributes:
        serial: counts publications; 0: this host never heard of the release.
        yanked: why nobody should run it any more; empty: it is good.
    """

    version: str
    serial: int = 0
    yanked: str = ""

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts releases from old to new: by version, then by the order of publication."""
        return version_key(self.version), self.serial


def known_publication(layout: HostLayout, version: str) -> Publication:
    """What this host knows about a release."""
    path = layout.trust / "targets.json"
    if not path.exists():
        return Publication(version)
    targets = json.loads(path.read_text())["signed"]["targets"]
    return publication_of(version, targets.get(manifest_name(version), {}).get("custom", {}))


def publication_of(version: str, custom: dict[str, Any]) -> Publication:
    """Read what the publisher added to a target."""
    return Publication(version, int(custom.get("serial", 0)), str(custom.get("yanked", "")))
