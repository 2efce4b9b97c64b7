"""A good release in service, visitors at work, and what must be so after a bad one came by."""

# ruff: noqa: S608 - statements of the tests themselves

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from leadengine_agent.protocol import DatabaseSchema, ImageName, ImageRef
from tests.lab.load.running import Load
from tests.lab.operator import Ended, wait_until
from tests.lab.releases import withdraw
from tests.lab.stack import Stack
from tests.lab.updating import Updating
from tests.lab.vps import Vps

_STEPS = """
import json, sqlite3
rows = sqlite3.connect("file:/var/lib/leadengine/agent/journal.sqlite?mode=ro", uri=True).execute(
    "SELECT at, step, state FROM steps WHERE task = (SELECT id FROM tasks WHERE verb = 'activate'"
    " ORDER BY started DESC LIMIT 1) ORDER BY at")
print(json.dumps(rows.fetchall()))
"""


@dataclass(frozen=True)
class State:
    """What a bad release must not change.

    Attributes:
        serving: the edition that visitors get.
        image: of the api that runs; there is one.
        schema: the database's, as `pg_dump` writes it.
    """

    serving: str
    image: tuple[str, ...]
    worker: str
    schema: str


@dataclass(frozen=True)
class Steady:
    """The stack, what comes to it, and its visitors."""

    updating: Updating
    load: Load

    @property
    def stack(self) -> Stack:
        return self.updating.stack

    def state(self) -> State:
        running = self.running()
        apis = tuple(image for name, image in running.items() if name.startswith("api-"))
        return State(self.updating.serving(), apis, running["worker"], self._schema())

    def _schema(self) -> str:
        words = ("pg_dump", "-h", "/var/run/postgresql", "-U", "le", "--schema-only")
        # The worker makes a month's part, and its index, when it is time.
        but = ("--exclude-table=events_20*", "leadengine")
        dump = self.stack.vps.run("docker", "exec", self._name("db"), *words, *but).stdout
        # Two lines have a key that is drawn anew for each dump.
        keyed = ("\\restrict", "\\unrestrict")
        return "\n".join(line for line in dump.splitlines() if not line.startswith(keyed))

    @contextmanager
    def published(
        self, images: dict[ImageName, ImageRef], database: DatabaseSchema | None = None
    ) -> Iterator[str]:
        """A release that is the newest for a while; its version."""
        version = self.updating.publish(images, database)
        try:
            yield version
        finally:
            withdraw(self.updating.operator, version)

    def deploy(self) -> Ended:
        """Bring the newest release by `deploy`, which asks no ledger of updates."""
        return self.updating.operator.deploy(self.stack.vps, self.stack.client, self.stack.domain)

    def assert_unchanged(self, before: State) -> None:
        """The good release serves, healthy, and every promise to visitors was kept."""
        assert self.state() == before
        assert self.is_healthy()
        self.load.assert_settled()

    def seconds_to_way_back(self) -> float:
        """From the step that failed to the begin of the way back, by the host's own journal."""
        words = ("docker", "exec", "-i", "leadengine-executor", "python3", "-")
        steps = json.loads(self.stack.vps.run(*words, stdin=_STEPS).stdout)
        failed = next(at for at, _, state in steps if state == "failed")
        return float(next(at for at, step, _ in steps if step == "rollback")) - float(failed)

    @property
    def failed_api(self) -> str:
        """The api that was brought and did not stay."""
        return "api-green" if "api-blue" in self.running() else "api-blue"

    def log_of(self, service: str) -> str:
        """The last lines of a service, as an operator reads them."""
        return self.updating.operator.must("logs", self.stack.client, service).out

    def restarts_of(self, service: str) -> int:
        """How often a container ended by itself and was started again."""
        return int(self.stack.containers()[service]["RestartCount"])

    def running(self) -> dict[str, str]:
        """service -> digest of its image, of those that run."""
        found = self.stack.containers()
        return {name: each["Image"] for name, each in found.items() if each["State"]["Running"]}

    def is_healthy(self) -> bool:
        return self.updating.operator.lectl("status", self.stack.client).code == 0

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Somebody else holds a lock on a table, and does not let go."""
        sql = f"BEGIN; LOCK TABLE {table} IN ACCESS SHARE MODE; SELECT pg_sleep(600)"
        psql = ("psql", "-h", "/var/run/postgresql", "-U", "le", "-d", "leadengine", "-c", sql)
        self.stack.vps.run("docker", "exec", "--detach", self._name("db"), *psql)
        held = f"SELECT count(*) FROM pg_locks WHERE relation = '{table}'::regclass"
        wait_until(lambda: self.stack.query(held) != "0", 10)
        try:
            yield
        finally:
            sleepers = "query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()"
            self.stack.query(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {sleepers}"
            )

    def _name(self, service: str) -> str:
        return f"leadengine-{self.stack.client}-{service}-1"


def give_little_disk(vps: Vps, client: str, megabytes: int) -> None:
    """Put the database of a stack that is still to come on a small disk of its own."""
    project = f"leadengine-{client}"
    labels = {"project": project, "volume": "pgdata"}
    words = (
        word
        for key, value in labels.items()
        for word in ("--label", f"com.docker.compose.{key}={value}")
    )
    vps.run("docker", "volume", "create", *words, f"{project}_pgdata")
    folder = f"/var/lib/docker/volumes/{project}_pgdata/_data"
    vps.run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder)
