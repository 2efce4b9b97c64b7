"""Where memory hosts keep recovery points: on themselves, or in files that outlive them."""

import json
from hashlib import sha256
from pathlib import Path

from leadengine_agent.protocol import Part, Point, StackSpec, Target
from leadengine_agent.values import Frozen

PARTS: tuple[Part, ...] = ("database", "files", "vectors")


class KeptPoint(Frozen):
    """A recovery point as a storage has it: what `lectl backups` shows, and what it holds.

    Attributes:
        password: the first administrator's, if nobody had seen it yet.
        schema_of: the release whose schema the data has.
    """

    point: Point
    spec: StackSpec
    data: dict[Part, str]
    password: str | None
    schema_of: str


class MemoryRepository(Frozen):
    """The points of one client at one target. `password` opens them; another one opens nothing."""

    password: str
    points: tuple[KeptPoint, ...] = ()

    def find(self, point: str | None) -> KeptPoint | None:
        """The point of this id; None given: the newest."""
        if point is None:
            return self.points[-1] if self.points else None
        return next((each for each in self.points if each.point.id == point), None)


class MemoryStorage:
    """Places outside of hosts.

    Args:
        folder: where they are kept as files; None: they end with this object.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: dict[str, MemoryRepository] = {}

    def read(self, key: str) -> MemoryRepository | None:
        if self._folder is None:
            return self._kept.get(key)
        path = self._folder / f"{key}.json"
        return MemoryRepository.model_validate_json(path.read_bytes()) if path.exists() else None

    def write(self, key: str, repository: MemoryRepository) -> None:
        self._kept[key] = repository
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._folder / f".{key}.new"
            draft.write_text(repository.model_dump_json())
            draft.rename(self._folder / f"{key}.json")


def repository_key(target: Target, client: str) -> str:
    """What names a client's repository at a target, wherever it is asked from."""
    where = target.model_dump(exclude={"name", "trust", "append_only"})
    return f"{client}-{sha256(json.dumps(where, sort_keys=True).encode()).hexdigest()[:16]}"
