"""A client's stack with backup targets, and orders to its agent as an operator's tool gives them."""

import json
import uuid
from dataclasses import dataclass, field
from typing import TypeVar

from leadengine_agent.protocol import (
    Activate,
    Answered,
    Backup,
    BackupPolicy,
    BackupResult,
    BackupSchedule,
    Event,
    HostState,
    Inspect,
    LocalTarget,
    Order,
    Outcome,
    Point,
    Restore,
    RestoreResult,
    RestTarget,
    StackSpec,
    Target,
    TargetCredentials,
    Task,
    Verify,
    VerifyResult,
    answer_adapter,
    encode_task,
)
from tests.lab.backup.taken import FORGE
from tests.lab.engine import LabError
from tests.lab.stack import STACKS, Stack
from tests.lab.vps import Vps

FOLDER = "/mnt/backup"
LOCAL = LocalTarget(folder=FOLDER)
_OFF = BackupSchedule(every="never", drill_days=0)
Result = TypeVar("Result", bound=Answered)


HOME = "/var/lib/leadengine/backups"


@dataclass
class Answers:
    """What an agent said to one order."""

    outcome: Outcome
    events: list[Event] = field(default_factory=list)

    def of(self, kind: type[Result]) -> Result:
        """The result; the task has to have ended well."""
        assert self.outcome.failure is None, self.outcome.failure
        return kind.model_validate(self.outcome.result)


def order(vps: Vps, wanted: Order, timeout: float = 900) -> Answers:
    """Give an order to the agent of a host. Raises LabError when its executor goes silent."""
    task = Task(id=f"lab-{uuid.uuid4().hex}", actor="lab", order=wanted)
    words = ("docker", "exec", "-i", "leadengine-executor", "leadengine-agent", "submit")
    said = vps.run(*words, stdin=encode_task(task).decode(), check=False, timeout=timeout)
    found = [answer_adapter.validate_json(line) for line in said.stdout.splitlines() if line]
    if not found or not isinstance(found[-1], Outcome):
        message = f"{wanted.verb}: no outcome: {said.stdout[-500:]}{said.stderr[-500:]}"
        raise LabError(message)
    return Answers(found[-1], [each for each in found if isinstance(each, Event)])


@dataclass
class Protected:
    """One stack and its backups."""

    stack: Stack

    @property
    def vps(self) -> Vps:
        return self.stack.vps

    @property
    def client(self) -> str:
        return self.stack.client

    def record(self) -> dict[str, str]:
        text = self.vps.run("cat", f"{STACKS}/{self.client}/current/generation.json").stdout
        found: dict[str, str] = json.loads(text)
        return found

    @property
    def spec(self) -> StackSpec:
        return StackSpec.model_validate(self.record()["spec"])

    def protect(
        self,
        *targets: Target,
        credentials: dict[str, TargetCredentials] | None = None,
        recipients: tuple[str, ...] = (),
        schedule: BackupSchedule = _OFF,
    ) -> None:
        """Give the stack these targets. The schedule is off, so that a test alone decides."""
        policy = BackupPolicy(targets=targets, schedule=schedule, recipients=recipients)
        spec = self.spec.model_copy(update={"backup": policy})
        wanted = Activate(
            spec=spec,
            release=self.record()["release"],
            credentials=credentials or {},
            without_backup=True,
        )
        assert order(self.vps, wanted).outcome.failure is None

    def backup(self) -> Point:
        """Take a point; it is good everywhere."""
        return order(self.vps, Backup(client=self.client)).of(BackupResult).points[0]

    def try_backup(self) -> Answers:
        return order(self.vps, Backup(client=self.client))

    def verify(self, point: str) -> VerifyResult:
        """Drill one point."""
        return order(self.vps, Verify(client=self.client, point=point)).of(VerifyResult)

    def restore(self, **what: object) -> RestoreResult:
        wanted = Restore.model_validate({"client": self.client, **what})
        return order(self.vps, wanted).of(RestoreResult)

    def state(self) -> HostState:
        return order(self.vps, Inspect(client=self.client)).of(HostState)

    def agent_python(self, program: str, *words: str, timeout: float = 600) -> str:
        """Run a program with the agent's own library inside its container."""
        python = "/opt/leadengine/bin/python"
        argv = ("docker", "exec", "-i", "leadengine-executor", python, "-", *words)
        return self.vps.run(*argv, stdin=program, timeout=timeout).stdout

    def agent_elsewhere(self, program: str, *words: str) -> str:
        """Run a program on the host as whoever has taken it: with network, standard library only."""
        image = "leadengine/agent:dev"
        argv = ("docker", "run", "-i", "--rm", "--entrypoint", "python3", image, "-", *words)
        return self.vps.run(*argv, stdin=program).stdout

    def forge(self, number: int, target: RestTarget) -> None:
        """Add points with times of one's choosing, as whoever has taken the host and its key can."""
        password = self.vps.run("cat", f"{HOME}/{self.client}/key/password").stdout
        name = f"{self.client}-{self.spec.client_id[:8]}"
        job = {"url": f"rest:{target.url}/{name}/", "password": password, "number": number}
        image = "leadengine/agent:dev"
        argv = ("docker", "run", "-i", "--rm", "--entrypoint", "python3", image, "-")
        self.vps.run(*argv, json.dumps(job), stdin=FORGE, timeout=900)
