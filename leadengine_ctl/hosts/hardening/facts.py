"""What the baseline is judged by: one look at a host, nothing changed for it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class EngineFacts:
    """The engine as it runs.

    Attributes:
        settings: its daemon.json; None: not readable as one.
        info: what `docker info` says.
        bridge: the options of the default network.
        components: its parts, such as `runc` -> their versions.
        files: path -> owner, group and mode as in `root:docker 660`.
        listens: it takes orders over TCP.
    """

    settings: dict[str, Any] | None
    info: dict[str, Any]
    bridge: dict[str, str]
    components: dict[str, str]
    files: dict[str, str]
    listens: bool


@dataclass(frozen=True)
class HardeningFacts:
    """A host, as far as the baseline asks.

    Attributes:
        system: `PRETTY_NAME` of os-release.
        container: kernel, clock and swap belong to the machine below.
        baseline: id of the one that was put in place; empty: none.
        sshd: what sshd goes by, keyword -> value, both as `sshd -T` says them; empty: no sshd.
        firewall: `loaded`, `edited`, `once` (not loaded again after a reboot) or `none`.
        listeners: ports that programs listen on beyond loopback, as `5432 postgres`.
        updates: settings of apt, such as `APT::Periodic::Unattended-Upgrade`.
        updates_installed: unattended-upgrades is there.
        timers: those of apt's own that are on.
        reboot_pending: an update waits for a reboot.
        clock: what sets the clock right; empty: nothing.
        skew: the host's clock minus ours, in seconds.
        journal: `SystemMaxUse` of the journal; empty: unlimited but for a share of the disk.
        swap, memory: bytes.
        kernel: key -> value of what the baseline sets.
        mounts: folders that are file systems of their own.
        auditd: it runs.
        engine: None: no engine answers.
        containers: all running ones, as `docker inspect` gives them.
        services: version of what runs in our stacks, `postgres` -> versions.
    """

    system: str
    container: bool
    baseline: str
    sshd: dict[str, str]
    firewall: str
    listeners: tuple[str, ...]
    updates: dict[str, str]
    updates_installed: bool
    timers: tuple[str, ...]
    reboot_pending: bool
    clock: str
    skew: float
    journal: str
    swap: int
    memory: int
    kernel: dict[str, str]
    mounts: tuple[str, ...]
    auditd: bool
    engine: EngineFacts | None
    containers: tuple[dict[str, Any], ...] = ()
    services: dict[str, tuple[str, ...]] = field(default_factory=dict)
