"""Named pipes between the containers of one backup, on the host and inside the database's own volume."""

import json
import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from leadengine_agent import docker
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.docker import DockerError

VOLUME = "/var/lib/postgresql/data"
"""Where the database's container has its volume; the data lies in a folder below it."""

CORNER = ".leadengine"
"""A folder of the agent's own beside the data."""


def mountpoint(volume: str) -> Path:
    """Where the host has a volume's files."""
    return Path(docker.docker("volume", "inspect", "--format", "{{.Mountpoint}}", volume).strip())


@dataclass(frozen=True)
class DumpPipe:
    """A pipe that the database's own container can write to: it lies in its volume."""

    container: str

    @property
    def inside(self) -> str:
        return f"{VOLUME}/{CORNER}/dump"

    def make(self) -> None:
        """Make it anew, whatever a killed run left; who still waited at the old one is let go."""
        self.release()
        docker.docker("exec", self.container, "mkdir", "-p", f"{VOLUME}/{CORNER}")
        docker.docker("exec", self.container, "rm", "-f", self.inside)
        docker.docker("exec", self.container, "mkfifo", "-m", "0600", self.inside)

    def release(self) -> None:
        """Let a writer go that waits for a reader: it opens, writes, and finds nobody there."""
        words = ("docker", "exec", self.container, "timeout", "1", "cat", self.inside)
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(words, capture_output=True, timeout=20, check=False)

    def remove(self) -> None:
        """Leave nothing behind; also where the database is gone meanwhile."""
        with suppress(DockerError):
            docker.docker("exec", self.container, "rm", "-rf", f"{VOLUME}/{CORNER}")


def make_host_pipes(home: BackupHome) -> None:
    """The folder in which the second part passes from container to container."""
    home.clear_pipe()
    home.pipe.mkdir(mode=0o700)
    os.mkfifo(home.pipe / "rest", 0o600)


def announce(home: BackupHome, *, good: bool) -> None:
    """Tell the reader whether the writer ended well. In one step: half a verdict is none."""
    draft = home.pipe / "verdict.new"
    draft.write_text(json.dumps({"good": good}))
    draft.rename(home.pipe / "verdict")


def forget_verdict(home: BackupHome) -> None:
    for name in ("verdict", "verdict.received"):
        (home.pipe / name).unlink(missing_ok=True)


def received(home: BackupHome) -> int:
    """How many bytes the reader passed on."""
    path = home.pipe / "verdict.received"
    return int(path.read_text()) if path.exists() else -1
