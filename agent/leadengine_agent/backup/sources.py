"""Where a stack's data lies on the host: what a point is made of."""

from functools import cached_property
from pathlib import Path

from leadengine_agent import docker
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.names import one_off_label
from leadengine_agent.backup.pipes import CORNER, mountpoint
from leadengine_agent.docker import DockerError, OneOff
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import FailureCode
from leadengine_agent.records import Record

_SERVICES = {"pgdata", "redisdata", "chromadata"}
"""Volumes that are read through their service; all others hold files."""

_FOLDERS = ("secrets", "certificates", "acme/config", "state")


class Sources:
    """The parts of one stack."""

    def __init__(self, layout: StackLayout, record: Record, project: str) -> None:
        self._layout = layout
        self._record = record
        self.project = project

    @property
    def data_network(self) -> str:
        return f"{self.project}_data"

    @cached_property
    def volumes(self) -> dict[str, str]:
        """Short name -> volume, of those that hold files of the client."""
        label = f"label=com.docker.compose.project={self.project}"
        names = docker.docker("volume", "ls", "--filter", label, "--format", "{{.Name}}").split()
        short = {name.removeprefix(f"{self.project}_"): name for name in names}
        return {key: name for key, name in sorted(short.items()) if key not in _SERVICES}

    @cached_property
    def _places(self) -> dict[str, tuple[str, Path]]:
        """Prefix in the archive -> what to mount (a volume's name or a folder) and where."""
        stack = {name: self._layout.root / name for name in _FOLDERS}
        stack["generation"] = self._layout.generations / str(self._record.number)
        found = {
            f"stack/{name}": (str(path), Path(f"/source/stack/{name}"))
            for name, path in stack.items()
            if path.is_dir()
        }
        for name, volume in self.volumes.items():
            found[f"volumes/{name}"] = (volume, Path(f"/source/volumes/{name}"))
        return found

    @property
    def trees(self) -> dict[str, str]:
        """Prefix in the archive -> folder in the packing container."""
        return {prefix: str(inside) for prefix, (_, inside) in self._places.items()}

    def mounts(self) -> tuple[tuple[Path, str, str], ...]:
        """What the packing container sees, read-only."""
        return tuple((Path(source), str(inside), "ro") for source, inside in self._places.values())

    def database_corner(self) -> Path:
        """The folder with the dump's pipe, as the host has it."""
        return mountpoint(f"{self.project}_pgdata") / CORNER

    def export_queue(self, home: BackupHome) -> None:
        """Read what Redis holds. Has to happen before the database's snapshot (see `queue`)."""
        exporting = OneOff(
            one_off_label(self._layout.client),
            docker.own_image(),
            ("pack", "queue", "/url", "/pipe/queue.jsonl"),
            network=self.data_network,
            mounts=((self._layout.secrets / "redis_url", "/url", "ro"), (home.pipe, "/pipe", "rw")),
            capabilities=("DAC_OVERRIDE",),
        )
        try:
            exporting.run(timeout=600)
        except DockerError as error:
            raise TaskFailure(
                FailureCode.BACKUP,
                "The queue of accepted events could not be read.",
                str(error),
                "Nothing was changed. `lectl status` shows how the stack is.",
                error.lines,
            ) from error
