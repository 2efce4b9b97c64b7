"""One run of the lab: its network, its names, and the certainty that nothing stays behind."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.container import Container
from tests.lab.engine import LabError, docker

LABEL = "leadengine.lab"
"""On everything the lab makes; its value says which process it belongs to."""

KINDS = (
    (("ps", "--all"), ("rm", "--force", "--volumes")),
    (("network", "ls"), ("network", "rm")),
    (("volume", "ls"), ("volume", "rm", "--force")),
)


def process_mark(pid: int) -> str:
    """Name a process so that a reused id is not taken for it; empty when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    started = fields[19]
    return f"{pid}-{started}"


def remove_everything(mark: str) -> None:
    """Remove what the run with this mark made: containers first, then what they hold."""
    for listing, removal in KINDS:
        found = docker(*listing, "--quiet", "--filter", f"label={LABEL}={mark}").stdout.split()
        if found:
            # Another process of this run may be at it, too: what is gone is gone.
            docker(*removal, *found, check=False)


def reap_dead_runs() -> None:
    """Remove what runs left whose process is gone: killed, or the machine went down."""
    marks: set[str] = set()
    for listing, _ in KINDS:
        shown = docker(
            *listing, "--filter", f"label={LABEL}", "--format", f'{{{{.Label "{LABEL}"}}}}'
        )
        marks |= set(shown.stdout.split())
    for mark in marks:
        if process_mark(int(mark.partition("-")[0])) != mark:
            remove_everything(mark)


@dataclass(frozen=True)
class Run:
    """What belongs to one run.

    Attributes:
        name: prefix of every name.
        folder: files of this run that containers may mount.
        number: third byte of its IPv4 network 10.213.N.0/24 and fd13:1ead:N::/64.
    """

    name: str
    mark: str
    folder: Path
    number: int
    _free: Iterator[int] = field(default_factory=lambda: iter(range(20, 255)))

    @property
    def gateway(self) -> str:
        """The test process itself, seen from the lab and from containers nested in its hosts."""
        return self.address(1)

    @property
    def resolver(self) -> str:
        """The name server of every lab host: *.test from the lab, all else from the machine's."""
        return self.address(2)

    def address(self, last: int) -> str:
        return f"10.213.{self.number}.{last}"

    def address6(self, last: int) -> str:
        return f"fd13:1ead:{self.number:x}::{last:x}"

    def start(
        self, name: str, image: str, *command: str, last: int = 0, options: tuple[str, ...] = ()
    ) -> Container:
        """Start a container on the lab's network; `last` chooses the end of its address."""
        last = last or next(self._free)
        box = Container(f"{self.name}-{name}", self.name, self.address(last), self.address6(last))
        argv = ["run", "--detach", "--name", box.name, "--hostname", name]
        argv += ["--label", f"{LABEL}={self.mark}"]
        argv += ["--network", self.name, "--ip", box.address, "--ip6", box.address6]
        docker(*argv, *options, image, *command)
        return box

    def volume(self, name: str) -> str:
        """Make a volume that goes with the run; return its name."""
        volume = f"{self.name}-{name}"
        docker("volume", "create", "--label", f"{LABEL}={self.mark}", volume)
        return volume


def make_network(name: str, mark: str) -> int:
    """Make the run's network, with the first number no other network has taken."""
    reason = ""
    for number in range(os.getpid() % 200, os.getpid() % 200 + 50):
        argv = ["network", "create", name, "--label", f"{LABEL}={mark}", "--ipv6"]
        argv += ["--subnet", f"10.213.{number}.0/24", "--gateway", f"10.213.{number}.1"]
        argv += ["--subnet", f"fd13:1ead:{number:x}::/64"]
        done = docker(*argv, check=False)
        if done.returncode == 0:
            return number
        reason = done.stderr
    raise LabError(reason)


@contextmanager
def lab_run(folder: Path) -> Iterator[Run]:
    """Open a run of the lab; all of it goes at the end, also on failure."""
    reap_dead_runs()
    mark = process_mark(os.getpid())
    name = f"lelab-{os.getpid()}"
    try:
        yield Run(name, mark, folder, make_network(name, mark))
    finally:
        remove_everything(mark)
