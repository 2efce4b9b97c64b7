"""Root where the user of a host is not root: `sudo -n` in front of every program."""

from collections.abc import Iterator

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import Completed, HostAddress, Input, Runner


class AsRoot:
    """A `Runner` that runs everything through `sudo`, which must not ask for a password."""

    def __init__(self, inner: Runner) -> None:
        self._inner = inner

    def run(self, argv: tuple[str, ...], *, stdin: Input = b"", timeout: float = 60) -> Completed:
        return self._inner.run(_sudo(argv), stdin=stdin, timeout=timeout)

    def lines(self, argv: tuple[str, ...], *, stdin: bytes, silence: float) -> Iterator[bytes]:
        return self._inner.lines(_sudo(argv), stdin=stdin, silence=silence)

    def close(self) -> None:
        self._inner.close()


def _sudo(argv: tuple[str, ...]) -> tuple[str, ...]:
    return ("sudo", "-n", "--", *argv)


def as_root(runner: Runner) -> Runner | None:
    """The same machine as root; None when its user may not become root without a password."""
    if runner.run(("id", "-u")).out.strip() == b"0":
        return runner
    return AsRoot(runner) if runner.run(_sudo(("true",))).code == 0 else None


def for_docker(runner: Runner, address: HostAddress) -> Runner:
    """Give a runner that may use Docker: as root, or as a user whom Docker allows it.

    Raises:
        NotAllowedError: neither.
    """
    if root := as_root(runner):
        return root
    if runner.run(("docker", "version")).code == 0:
        return runner
    raise NotAllowedError(
        f"The user of {address} may not manage it",
        "It is not root, sudo is missing or asks for a password, and Docker refuses it.",
        "Use root, or let the user run sudo without a password: "
        "a line 'NAME ALL=(ALL) NOPASSWD:ALL' in a file of /etc/sudoers.d.",
    )
