"""Bringing a point back from a target to staging, and comparing every byte of it with its manifest."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from leadengine_agent import docker
from leadengine_agent.backup.database import Session
from leadengine_agent.backup.errors import corrupt
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.manifest import (
    Manifest,
    PartSum,
    database_differences,
    rest_differences,
)
from leadengine_agent.backup.names import one_off_label
from leadengine_agent.backup.pack import MANIFEST
from leadengine_agent.backup.repository import DATABASE, PARTS, REST, Repository
from leadengine_agent.backup.scratch import Passed, Scratch, feed
from leadengine_agent.backup.unpack import FOUND
from leadengine_agent.docker import OneOff
from leadengine_agent.failures import TaskFailure
from leadengine_agent.files import remove_tree

_LONGEST = 6 * 3600.0


class _Telling(Passed):
    """Counts bytes and tells somebody."""

    def __init__(self, tell: Callable[[int, int], None], start: int, total: int) -> None:
        super().__init__()
        self._tell, self._start, self._total = tell, start, total

    def add(self, number: int) -> None:
        super().add(number)
        done = self._start + self.bytes
        self._tell(done, max(done, self._total))


@dataclass
class Fetching:
    """One point at one target.

    Attributes:
        snapshots: part of the point -> restic's snapshot.
        tell: takes bytes done and bytes in all.
    """

    home: BackupHome
    repository: Repository
    point: str
    snapshots: dict[str, str]
    total: int
    tell: Callable[[int, int], None]
    done: int = 0

    @property
    def staging(self) -> Path:
        return self.home.staging

    def rest(self) -> Manifest:
        """Unpack the second part to staging and compare it; the point's manifest.

        Raises:
            TaskFailure: it is damaged, or it is another point's.
        """
        remove_tree(self.staging)
        self.staging.mkdir(mode=0o700)
        first, *more = self._unpacker("files", "/target").argv()
        passed = _Telling(self.tell, self.done, self.total)
        with self._opened(REST) as stream:
            code, lines = feed(("docker", first, "--interactive", *more), stream, passed)
        self.done += passed.bytes
        if code != 0:
            raise self._damaged(lines[-1] if lines else "the archive ends early", lines)
        manifest = self._manifest()
        found = PartSum.model_validate_json((self.staging / FOUND).read_text())
        wanted = manifest.rest.model_copy(update={"collections": {}})
        self._refuse(rest_differences(wanted, found))
        return manifest

    def _manifest(self) -> Manifest:
        try:
            manifest = Manifest.model_validate_json((self.staging / MANIFEST).read_text())
        except (OSError, ValidationError) as error:
            raise self._damaged("it has no readable manifest") from error
        if manifest.point != self.point or manifest.client_id != self.home.client_id():
            raise self._damaged(
                f"it is the point {manifest.point} of {manifest.client}, not {self.point}"
            )
        return manifest

    def database(self, scratch: Scratch, manifest: Manifest) -> None:
        """Restore the dump into a scratch database and compare every table.

        Raises:
            TaskFailure: it is damaged.
        """
        scratch.roles(manifest.database.roles)
        passed = _Telling(self.tell, self.done, self.total)
        with self._opened(DATABASE) as stream:
            scratch.restore(stream, passed)
            # What follows the last table has to be read for the sender to end well.
            while rest := stream.read(1 << 20):
                passed.add(len(rest))
        self.done += passed.bytes
        if passed.bytes != manifest.dump_bytes:
            raise self._damaged(
                f"the dump has {passed.bytes} bytes instead of {manifest.dump_bytes}"
            )
        with Session(scratch.container) as session:
            found = session.sums(like=manifest.database)
            self._refuse(database_differences(manifest.database, found))

    def vectors(self, network: str, host: str, manifest: Manifest) -> None:
        """Fill collections beside those that are there, and compare them.

        Raises:
            TaskFailure: they differ.
        """
        answer = self.unpack("vectors", host, "/target", network=network)
        found = PartSum.model_validate_json(answer)
        wanted = PartSum(collections=manifest.rest.collections)
        self._refuse(rest_differences(wanted, found))

    def unpack(self, *words: str, network: str = "none") -> str:
        """Run the unpacker on what is in staging; its last line."""
        return self._unpacker(*words, network=network).run(timeout=_LONGEST).strip()

    def _unpacker(self, *words: str, network: str = "none") -> OneOff:
        return OneOff(
            one_off_label(self.home.client),
            docker.own_image(),
            ("unpack", *words),
            network=network,
            mounts=((self.staging, "/target", "rw"),),
            capabilities=("CHOWN", "DAC_OVERRIDE", "FOWNER"),
        )

    def _opened(self, part: str) -> AbstractContextManager[IO[bytes]]:
        return self.repository.restic.opened(
            "dump", "--no-lock", self.snapshots[part], f"/{PARTS[part]}"
        )

    def _refuse(self, differences: list[str]) -> None:
        if differences:
            more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
            raise self._damaged(differences[0] + more, tuple(differences))

    def _damaged(self, why: str, lines: tuple[str, ...] = ()) -> TaskFailure:
        text = f"The point {self.point}: {why}."
        return corrupt(self.repository.target, lines, text)


def differences_of(error: TaskFailure) -> tuple[str, ...]:
    """What a failed comparison found."""
    return (error.failure.why, *error.failure.logs[:20])
