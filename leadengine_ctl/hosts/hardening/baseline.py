"""The baseline: files of `templates/host/hardening`, each with its place on a host.

docs/how-to/hardening.md has the reasons. ansible/ puts the very same files in place.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from leadengine_ctl.resources import data_folder

STEPS = ("door", "updates", "clock", "journal", "kernel", "swap", "engine")
"""What hardening is made of, in order: SSH and firewall, then what keeps a host well, then the engine."""

MARK = "/etc/leadengine/hardened"
"""On a host: the id of the baseline that was put in place there, in full or as far as it can be."""

SSHD = "/etc/ssh/sshd_config.d/00-leadengine.conf"
SSH_PORTS = "/etc/leadengine/ssh-ports.nft"
FIREWALL = "/etc/leadengine/firewall.nft"
FIREWALL_MORE = "/etc/leadengine/firewall.d"
FIREWALL_HELP = f"{FIREWALL_MORE}/README"
FIREWALL_LOADED = "/etc/leadengine/firewall.loaded"
"""What the kernel said of the table when it was loaded: an edit by hand shows against it."""

FIREWALL_UNIT = "/etc/systemd/system/leadengine-firewall.service"
UNDO = "/etc/leadengine/undo.sh"
UPDATES = "/etc/apt/apt.conf.d/52leadengine-updates"
REBOOT = "/etc/apt/apt.conf.d/53leadengine-reboot"
JOURNAL = "/etc/systemd/journald.conf.d/leadengine.conf"
NETWORK = "/etc/sysctl.d/60-leadengine-network.conf"
KERNEL = "/etc/sysctl.d/60-leadengine-kernel.conf"
ENGINE = "/etc/docker/daemon.json"
ENGINE_DOOR = "/etc/leadengine/engine-door.nft"
ENGINE_DOOR6 = "/etc/leadengine/engine-door6.nft"
ENGINE_UNIT = "/etc/systemd/system/docker.service.d/leadengine.conf"


@dataclass(frozen=True)
class Placed:
    """A file of the baseline and where it goes."""

    source: str
    path: str

    def text(self) -> str:
        return source(self.source)


FILES = {
    placed.path: placed
    for placed in (
        Placed("sshd.conf", SSHD),
        Placed("firewall.nft", FIREWALL),
        Placed("firewall-more.txt", FIREWALL_HELP),
        Placed("leadengine-firewall.service", FIREWALL_UNIT),
        Placed("undo.sh", UNDO),
        Placed("apt.conf", UPDATES),
        Placed("journald.conf", JOURNAL),
        Placed("network.conf", NETWORK),
        Placed("kernel.conf", KERNEL),
        Placed("engine-door.nft", ENGINE_DOOR),
        Placed("engine-door6.nft", ENGINE_DOOR6),
        Placed("engine-door.conf", ENGINE_UNIT),
    )
}


@cache
def source(name: str) -> str:
    """A file of the baseline as it is in this version."""
    return (data_folder("templates") / "host" / "hardening" / name).read_text(encoding="utf-8")


def engine_settings() -> dict[str, Any]:
    """What of the engine's daemon.json the baseline decides."""
    found: dict[str, Any] = json.loads(source("daemon.json"))
    return found


def settings_of(name: str) -> dict[str, str]:
    """The `key = value` lines of a file of the baseline."""
    pairs = (line.partition("=") for line in source(name).splitlines() if not line.startswith("#"))
    return {key.strip(): value.strip() for key, equals, value in pairs if equals}


@cache
def baseline_id() -> str:
    """Names the whole baseline: another text, another id."""
    names = sorted(["daemon.json", *(each.source for each in FILES.values())])
    return hashlib.sha256("\0".join(map(source, names)).encode()).hexdigest()[:12]
