"""What a machine is like before and after it becomes a host."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Minimum:
    """Memory and disk in bytes, and cores."""

    memory: int
    disk: int
    cores: int


SPECIFICATION = Minimum(memory=4_000_000_000, disk=50_000_000_000, cores=2)
"""What the product's specification asks for. Below it a host gets a warning."""

FLOOR = Minimum(memory=2_000_000_000, disk=25_000_000_000, cores=1)
"""Half of that. Below it a host is refused unless the operator lowers the floor."""


@dataclass(frozen=True)
class PortOwner:
    """Who listens on a port. `ours`: the nginx of one of our own stacks."""

    port: int
    owner: str
    ours: bool = False


@dataclass(frozen=True)
class HostFacts:
    """One look at a host; nothing was changed for it.

    Attributes:
        os_id, os_version: `ID` and `VERSION_ID` of os-release; `os_name` is for people.
        memory, disk_total, disk_free: bytes; the disk is the one Docker's data is (or would be) on.
        engine: the Docker Engine's version; None: none answers.
        privileged: we are root there, or `sudo -n` works.
        ports: who listens on 80 and 443.
        clock_skew: the host's clock minus ours, in seconds.
        addresses: IPv4 and IPv6, without loopback and link-local.
        agent: the version of the running agent; None: it does not run.
    """

    os_id: str
    os_version: str
    os_name: str
    arch: str
    cores: int
    memory: int
    disk_total: int
    disk_free: int
    engine: str | None
    privileged: bool
    systemd: bool
    ports: tuple[PortOwner, ...]
    clock_skew: float
    addresses: tuple[str, ...]
    agent: str | None
