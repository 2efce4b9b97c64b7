"""Every kind of host there is. A new kind is one file and one line here."""

from collections.abc import Callable
from pathlib import Path

from leadengine_ctl.hosts.base import Host, HostAddress, HostTrust, Runner
from leadengine_ctl.hosts.local import LocalRunner
from leadengine_ctl.hosts.machine import Machine


def open_host(address: HostAddress, trust: HostTrust, key_file: Path | None = None) -> Host:
    """A host to enter: `with open_host(…) as host: host.submit(task)`.

    Args:
        key_file: the private key to sign in with; None: those of ssh-agent and `~/.ssh`.
    """
    return Machine(address, lambda: open_runner(address, trust, key_file))


def open_runner(address: HostAddress, trust: HostTrust, key_file: Path | None = None) -> Runner:
    """Run programs on a machine, as the user of its address."""
    return _KINDS[address.kind](address, trust, key_file)


def _local(address: HostAddress, _trust: HostTrust, _key_file: Path | None) -> Runner:
    return LocalRunner(address)


def _ssh(address: HostAddress, trust: HostTrust, key_file: Path | None) -> Runner:
    # Imported here: the library takes as long to load as everything else together.
    from leadengine_ctl.hosts.ssh_connection import connect

    return connect(address, trust, key_file)


_KINDS: dict[str, Callable[[HostAddress, HostTrust, Path | None], Runner]] = {
    "local": _local,
    "ssh": _ssh,
}
