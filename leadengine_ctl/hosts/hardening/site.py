"""What a step of hardening works with, and the few things all of them do."""

from collections.abc import Callable
from dataclasses import dataclass

from leadengine_ctl.hosts.base import Completed, HostAddress, Runner
from leadengine_ctl.hosts.commands import said
from leadengine_ctl.hosts.hardening.baseline import FILES
from leadengine_ctl.hosts.text import last_lines

_APT = (
    *("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"),
    *("-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3"),
)
_INSTALLED = ("dpkg-query", "--show", "--showformat=${db:Status-Status}")


class UnmetError(Exception):
    """This part of the baseline cannot be had on this host; the text says why. Nothing is broken."""


@dataclass(frozen=True)
class Site:
    """A host under the hands of whoever hardens it.

    Attributes:
        runner: root's.
        reopen: sign in anew, as any other operator would; None when that proves nothing, as on this
            machine itself.
        container: it is one, with a kernel, a clock and swap that belong to the machine below.
    """

    runner: Runner
    address: HostAddress
    reopen: Callable[[], Runner] | None
    systemd: bool
    container: bool

    def succeeds(self, *argv: str) -> bool:
        return self.runner.run(argv).code == 0

    def must(self, *argv: str, timeout: float = 60) -> Completed:
        """Run what has to end well.

        Raises:
            UnmetError: it did not.
        """
        ended = self.runner.run(argv, timeout=timeout)
        if ended.code:
            lines = last_lines(ended.err + ended.out) or (f"exit code {ended.code}",)
            message = f"'{' '.join(argv[:2])}' failed: {lines[-1]}"
            raise UnmetError(message)
        return ended

    def put(self, path: str, text: str, mode: str = "644") -> bool:
        """Have a file say this; True when it was written. A kill leaves the old one or the new one."""
        if self.runner.run(("cat", path)).out == text.encode():
            return False
        folder, _, name = path.rpartition("/")
        beside = f"{folder}/.{name}.new"
        install = ("install", "-D", "-m", mode, "/dev/stdin", beside)
        ended = self.runner.run(install, stdin=text.encode())
        if ended.code:
            message = f"{path} cannot be written: {' '.join(last_lines(ended.err)[-1:])}"
            raise UnmetError(message)
        self.must("mv", "-f", beside, path)
        return True

    def place(self, path: str) -> bool:
        """Have a file of the baseline in its place."""
        return self.put(path, FILES[path].text())

    def need(self, *packages: str) -> bool:
        """Have packages of the distribution; True when any was installed."""
        missing = [each for each in packages if not self._is_installed(each)]
        if not missing:
            return False
        if not self.succeeds("apt-get", "--version"):
            message = (
                f"{' and '.join(missing)} cannot be installed: only Debian and Ubuntu are known"
            )
            raise UnmetError(message)
        words = (*_APT, "--no-install-recommends", "install", *missing)
        if self.runner.run(words, timeout=600).code:
            self.must(*_APT, "update", timeout=300)
            self.must(*words, timeout=600)
        return True

    def _is_installed(self, package: str) -> bool:
        return said(self.runner, *_INSTALLED, package) == "installed"


def is_container(runner: Runner) -> bool:
    """Whether the host is a container itself, as systemd tells."""
    return runner.run(("systemd-detect-virt", "--quiet", "--container")).code == 0
