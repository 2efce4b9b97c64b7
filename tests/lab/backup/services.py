"""The data services of one client and its backups, without a host: what a backup needs of a stack.

The agent's own code takes and drills points here, in a process of the test, with the machine's engine.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from leadengine_agent.backup.chores import Client, clients
from leadengine_agent.backup.drill import drill
from leadengine_agent.backup.making import make_point
from leadengine_agent.backup.names import one_off_label
from leadengine_agent.backup.status import backup_state
from leadengine_agent.docker import ONE_OFF_LABEL
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import (
    BackupPolicy,
    BackupSchedule,
    BackupState,
    DatabaseSchema,
    ImageName,
    ImageRef,
    LocalTarget,
    Point,
    Release,
    Target,
    TargetCredentials,
    Verification,
)
from leadengine_agent.records import Record
from leadengine_agent.rendering import project_name
from tests.lab.engine import docker
from tests.lab.run import LABEL, Run
from tests.lab.waiting import until
from tests.unit.agent.builders import a_spec

AGENT = "leadengine/agent:dev"
_IMAGES: dict[ImageName, str] = {
    "db": "leadengine/standin-postgres:dev",
    "redis": "leadengine/standin-redis:dev",
    "chromadb": "leadengine/standin-chromadb:dev",
}
_OFF = BackupSchedule(every="never", drill_days=0)


@dataclass(frozen=True)
class Services:
    """PostgreSQL, Redis and Chroma of one client, named as its stack names them.

    Attributes:
        folder: of this machine, for points; it goes with the run.
    """

    run: Run
    host: HostLayout
    name: str
    folder: Path

    @property
    def local(self) -> LocalTarget:
        return LocalTarget(folder=str(self.folder))

    @property
    def database(self) -> str:
        return f"{project_name(self.name)}-db-1"

    @property
    def client(self) -> Client:
        (found,) = clients(self.host, self.name)
        return found

    @property
    def repository(self) -> Path:
        return self.folder / f"{self.name}-{self.client.client_id[:8]}"

    def protect(
        self, *targets: Target, credentials: dict[str, TargetCredentials] | None = None
    ) -> None:
        """Name where points go, as an activation does."""
        stack = self.host.stack(self.name)
        policy = BackupPolicy(targets=targets, schedule=_OFF)
        spec = a_spec(client=self.name, backup=policy)
        record = Record(number=1, colour="blue", key="k", release="1.0.0", spec=spec)
        (stack.current / "generation.json").write_text(record.model_dump_json())
        home = self.client.home
        home.prepare(spec.client_id)
        home.accept(credentials or {})

    def attempt(self) -> Point:
        """Take a point, and see what became of it at each target."""
        return take(self.client)

    def backup(self) -> Point:
        """Take a point; it is good everywhere."""
        point = self.attempt()
        assert all(copy.good for copy in point.copies), point.copies
        return point

    def attempt_elsewhere(
        self, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Take a point in a process of its own, the first of its group, which can be killed.

        Args:
            environment: added to what this process has.
        """
        words = (sys.executable, "-m", "tests.lab.backup.services", str(self.host.root), self.name)
        quiet, more = subprocess.DEVNULL, {**os.environ, **(environment or {})}
        return subprocess.Popen(words, stdout=quiet, stderr=quiet, start_new_session=True, env=more)

    def drill(self, point: Point, target: str = "local") -> Verification:
        run_from_image()
        return drill(self.host, self.client, point, target, lambda *_: None)

    def state(self) -> BackupState:
        return backup_state(self.host, self.host.stack(self.name), self.client.record)

    def sql(self, statement: str) -> str:
        words = ("psql", "-U", "le", "-d", "leadengine", "-AtXq", "-v", "ON_ERROR_STOP=1")
        return docker(
            "exec", "-i", self.database, *words, stdin=statement, timeout=600
        ).stdout.strip()

    def restic(self, *words: str, options: tuple[str, ...] = ()) -> str:
        """restic on the local repository, as a person would run it."""
        mounts = ("-v", f"{self.repository}:/r", "-v", f"{self.client.home.key}:/key:ro")
        restic = ("--repo", "/r", "--password-file", "/key/password", "--no-cache")
        options = ("--rm", "--network", "none", *mounts, *options, "--entrypoint", "restic")
        return docker("run", *options, AGENT, *restic, *words, timeout=600).stdout

    def make_repository(self) -> None:
        """Make the local repository as the agent would, but for a key that is quick to open.

        restic weighs then how much work it may make of opening. Here it is opened thousands of times.
        """
        self.repository.mkdir()
        self.restic("init", "--repository-version", "2", options=("--cpus", "0.1"))

    def nothing_is_left(self) -> None:
        """No lock, no container of a killed run, no pipe, no session in the database."""
        assert not list(self.folder.glob("*/locks/*"))
        label = f"label={ONE_OFF_LABEL}={one_off_label(self.name)}"
        assert docker("ps", "--all", "--quiet", "--filter", label).stdout == ""
        left = {path.name for path in self.client.home.root.iterdir()}
        assert not {"staging", "pipe"} & left
        assert not [name for name in left if name.startswith(".access")]
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'leadengine-backup'"
        assert self.sql(query) == "0"


@contextmanager
def services(run: Run, name: str) -> Iterator[Services]:
    """Start them; all is gone afterwards."""
    folder = Path("/var/backups") / f"{run.name}-{name}"
    folder.mkdir(mode=0o700, parents=True)
    found = Services(run, HostLayout(run.folder / f"host-{name}"), name, folder)
    try:
        _files(found)
        _containers(found)
        found.protect(found.local)
        found.make_repository()
        yield found
    finally:
        shutil.rmtree(folder)


def _files(found: Services) -> None:
    """What an activation would have left of a stack and a release."""
    stack, release = found.host.stack(found.name), found.host.release("1.0.0")
    stack.create()
    (stack.generations / "1").mkdir()
    stack.current.symlink_to("generations/1")
    (stack.secrets / "redis_url").write_text("redis://redis:6379/0")
    (stack.secrets / "session_secret").write_text("kept with the point")
    release.mkdir(parents=True)
    images = {name: _image(tag) for name, tag in _IMAGES.items()}
    schema = DatabaseSchema(lineage=("0001",), oldest_compatible="0001")
    manifest = Release(
        version="1.0.0", images=images, agent=_image(AGENT), database=schema, templates={}
    )
    (release / "release.json").write_text(manifest.model_dump_json())


def _image(tag: str) -> ImageRef:
    digest = docker("image", "inspect", "--format", "{{.Id}}", tag).stdout.strip()
    return ImageRef(repository=tag.partition(":")[0], digest=digest, pulled=False)


def _containers(found: Services) -> None:
    project, mark = project_name(found.name), f"{LABEL}={found.run.mark}"
    docker("network", "create", "--internal", "--label", mark, f"{project}_data")
    docker("volume", "create", "--label", mark, f"{project}_pgdata")
    shared = ("run", "--detach", "--label", mark, "--network", f"{project}_data")
    database = (
        *("--user", "999:999", "--memory", "1g", "--shm-size", "128m"),
        *("--env", "POSTGRES_DB=leadengine", "--env", "POSTGRES_USER=le"),
        *("--env", "POSTGRES_PASSWORD=x", "--env", "PGDATA=/var/lib/postgresql/data/pgdata"),
        *("--tmpfs", "/var/run/postgresql:mode=0775,uid=999,gid=999,size=1m"),
        *("--volume", f"{project}_pgdata:/var/lib/postgresql/data"),
    )
    docker(*shared, "--name", found.database, *database, _IMAGES["db"])
    redis = ("redis-server", "--protected-mode", "no")
    docker(
        *shared,
        "--name",
        f"{project}-redis-1",
        "--network-alias",
        "redis",
        _IMAGES["redis"],
        *redis,
    )
    vectors = ("--entrypoint", "chroma", "--user", "10001:10001", "--env", "HOME=/tmp")
    serve = ("run", "--host", "0.0.0.0", "--port", "8000", "--path", "/tmp/vectors")
    name = ("--name", f"{project}-chromadb-1", "--network-alias", "chromadb")
    docker(*shared, *name, *vectors, _IMAGES["chromadb"], *serve)
    until(lambda: found.sql("SELECT 1"), "the database", 60)
    answers = ("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000")
    until(lambda: docker("exec", f"{project}-chromadb-1", *answers), "Chroma", 60)


def take(client: Client) -> Point:
    """Take a point with the agent's own code."""
    run_from_image()
    return make_point(client, "manual", lambda *_: None)


def run_from_image() -> None:
    """Say which image the agent's one-off containers come from; a test's environment starts empty."""
    os.environ["LEADENGINE_AGENT_IMAGE"] = AGENT


def main() -> None:
    """Take one point: `python -m tests.lab.backup.services HOST-FOLDER CLIENT`."""
    (client,) = clients(HostLayout(Path(sys.argv[1])), sys.argv[2])
    take(client)


if __name__ == "__main__":
    main()
