"""Reading and writing a client's repositories as a memory host does, with the faults it was told."""

from collections.abc import Callable
from dataclasses import dataclass

from leadengine_agent.protocol import RecoveryKit, Target
from leadengine_ctl.hosts import memory_refusals as refusals
from leadengine_ctl.hosts.memory_faults import MemoryFaults
from leadengine_ctl.hosts.memory_state import MemoryState
from leadengine_ctl.hosts.memory_storage import (
    KeptPoint,
    MemoryRepository,
    MemoryStorage,
    repository_key,
)


@dataclass(frozen=True)
class Found:
    """A point and the target it was found at."""

    point: KeptPoint
    target: str


@dataclass
class Repositories:
    """The repositories that one host can reach.

    Attributes:
        state: the host as it is now.
        keep: called with a new state, when a repository in a folder of the host changes.
    """

    state: Callable[[], MemoryState]
    keep: Callable[[MemoryState], None]
    storage: MemoryStorage
    faults: MemoryFaults

    def add(self, client: str, target: Target, password: str, point: KeptPoint) -> None:
        """Write a point.

        Raises:
            RefusedError: the target cannot be reached, or somebody else's password is on it.
        """
        old = self.read(client, target, password) or MemoryRepository(password=password)
        kept = tuple(each for each in old.points if each.point.id != point.point.id)
        self.write(client, target, old.model_copy(update={"points": (*kept, point)}))

    def read(self, client: str, target: Target, password: str) -> MemoryRepository | None:
        """What is there; None: nothing yet.

        Raises:
            RefusedError: the target cannot be reached, or the password is not its.
        """
        if target.name in self.faults.storage:
            raise refusals.no_storage(target.name)
        key = repository_key(target, client)
        local = target.kind == "local"
        found = self.state().repositories.get(key) if local else self.storage.read(key)
        if found is not None and found.password != password:
            raise refusals.wrong_password(target.name)
        return found

    def write(self, client: str, target: Target, repository: MemoryRepository) -> None:
        key = repository_key(target, client)
        if target.kind != "local":
            self.storage.write(key, repository)
            return
        state = self.state()
        repositories = {**state.repositories, key: repository}
        self.keep(state.model_copy(update={"repositories": repositories}))

    def find(self, kit: RecoveryKit, point: str | None, target: str | None) -> Found:
        """The point that is asked for, at the first target that has it.

        Raises:
            RefusedError: none has it, or none can be reached.
        """
        problem: refusals.RefusedError | None = None
        for each in kit.targets:
            if target not in {None, each.name}:
                continue
            try:
                repository = self.read(kit.client, each, kit.password.get_secret_value())
            except refusals.RefusedError as refused:
                problem = refused
                continue
            found = repository.find(point) if repository else None
            if found is not None:
                if each.name in self.faults.differs:
                    raise refusals.corrupt(found.point.id, each.name)
                return Found(found, each.name)
        raise problem or refusals.no_point(kit.client, point)
