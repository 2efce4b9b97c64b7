"""One repository at one target: made once, known again, read back after each point."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leadengine_agent.backup.errors import (
    LOCKED,
    NO_REPOSITORY,
    ResticError,
    corrupt,
    storage_failure,
)
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.restic import Restic, objects
from leadengine_agent.backup.targets import access, repository_name
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import Copy, FailureCode, Point, Target, TargetCredentials
from leadengine_agent.values import PointId, TargetName

DATABASE, REST = "database", "rest"
PARTS = {DATABASE: "database.dump", REST: "rest.tar"}
"""Part of a point -> the one file in its snapshot."""

_POINT = re.compile(r"[0-9]{8}t[0-9]{6}-[0-9a-f]{4}\Z")
_BLOCK = 1 << 20
_FEW = 8
"""Packs that are mended at once: copies of them lie in the container's memory meanwhile."""

_SAMPLE = "64M"
"""How much of the stored data is read back after each point; a drill reads all of it."""


@dataclass(frozen=True)
class Damage:
    """Whether anything is wrong with a repository.

    Attributes:
        packs: those whose content is not what was stored. What is missing altogether has no name here.
    """

    found: bool
    packs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Repository:
    """What is asked of a target, in the words of points."""

    target: TargetName
    restic: Restic
    home: BackupHome

    @property
    def _note(self) -> str:
        return f"repository-{self.target}"

    def open(self) -> None:
        """Make the repository the first time; afterwards see that it is the same one.

        Raises:
            TaskFailure: the storage is not there, it is another repository, or it is gone.
        """
        known = self.home.note(self._note).get("id")
        address = self.restic.access.repository
        moved = self.home.note(self._note).get("address") not in {None, address}
        try:
            found = self._identity()
        except ResticError as error:
            if error.code != NO_REPOSITORY or (known and not moved):
                raise self._lost(error) if known else storage_failure(self.target, error) from error
            self.restic("init", "--repository-version", "2")
            found = self._identity()
        if known and not moved and known != found:
            raise self._replaced()
        self.home.write_note(self._note, {"id": found, "address": address})
        if self.home.note(self._busy):
            self._free()
        self.home.write_note(self._busy, {"busy": True})

    def close(self) -> None:
        """Say that no run of this host is at work there, and that none left a lock."""
        self.home.forget_note(self._busy)

    @property
    def _busy(self) -> str:
        return f"busy-{self.target}"

    def _identity(self) -> str:
        found = self.restic.attempt("cat", "config", "--no-lock", timeout=60)
        return str(found[0]["id"])

    def _lost(self, error: ResticError) -> TaskFailure:
        failure = storage_failure(self.target, error)
        if error.code == NO_REPOSITORY:
            failure.failure = failure.failure.model_copy(
                update={"why": "The repository that was there is gone, or its disk is not mounted."}
            )
        return failure

    def _replaced(self) -> TaskFailure:
        return TaskFailure(
            FailureCode.CORRUPT,
            f"The repository at '{self.target}' is another one.",
            "It opens with the client's key but was made anew: the earlier points are not in it.",
            "Find out who replaced it. Nothing was written to it.",
        )

    def _free(self) -> None:
        """Remove the lock that a killed run of this host left; never somebody else's.

        Nobody of this host works here now: backups run one at a time.
        """
        owners = {str(found.get("hostname")) for found in self._locks()}
        if owners == {f"leadengine-{self.restic.client}"}:
            self.restic("unlock", "--remove-all")
        elif owners:
            self.restic("unlock")

    def _locks(self) -> list[dict[str, Any]]:
        try:
            listed = self.restic.read("list", "locks", "--no-lock", timeout=60).decode().split()
            ids = [word for word in listed if len(word) == 64]
            return [found for each in ids for found in self._lock(each)]
        except ResticError as error:
            raise storage_failure(self.target, error) from error

    def _lock(self, name: str) -> list[dict[str, Any]]:
        try:
            return self.restic.attempt("cat", "lock", name, "--no-lock", timeout=60)
        except ResticError:
            # Its holder has just removed it, or it was cut when its holder was killed.
            return []

    def snapshots(self) -> list[dict[str, Any]]:
        """Everything that is listed there, whoever wrote it."""
        return [found for found in self.restic("snapshots", "--no-lock") if "tree" in found]

    def read_back(self, parts: dict[str, str]) -> None:
        """See that the snapshots are found and that what was stored can be read.

        Raises:
            TaskFailure: it is not as it was written.
        """
        listed = {str(found.get("id")) for found in self.snapshots()}
        for part, snapshot in parts.items():
            if snapshot not in listed:
                why = (
                    f"The snapshot {snapshot[:8]} of the {part} was acknowledged and is not there."
                )
                raise corrupt(self.target, (), why)
        self.check(_SAMPLE)

    def check(self, amount: str) -> None:
        """restic's own check of all indexes and snapshots, and of so much data."""
        words = ("check", "--no-lock", f"--read-data-subset={amount}")
        try:
            self.restic.attempt(*words, timeout=6 * 3600)
        except ResticError as error:
            if error.code in {LOCKED, 124}:
                raise storage_failure(self.target, error) from error
            failure = storage_failure(self.target, error)
            if failure.failure.code is FailureCode.STORAGE and "error" in error.text:
                raise corrupt(self.target, error.lines, str(error)) from error
            raise failure from error

    def damage(self) -> "Damage":
        """What restic finds wrong when it reads all that is stored."""
        try:
            self.restic.attempt("check", "--no-lock", "--read-data", timeout=6 * 3600)
        except ResticError as error:
            found = [each for each in objects(error.output) if "broken_packs" in each]
            if not found:
                raise storage_failure(self.target, error) from error
            packs = found[-1]["broken_packs"] or ()
            return Damage(found=True, packs=tuple(str(each) for each in packs))
        return Damage(found=False)

    def can_read(self, part: str, snapshot: str) -> bool:
        """Does all of one part of a point come back?

        Raises:
            TaskFailure: the storage cannot be asked.
        """
        try:
            with self.restic.opened("dump", "--no-lock", snapshot, f"/{PARTS[part]}") as stream:
                while stream.read(_BLOCK):
                    pass
        except TaskFailure as error:
            if error.failure.code is not FailureCode.CORRUPT:
                raise
            return False
        return True

    def take_out(self, damaged: Sequence[str]) -> None:
        """Let the index say what is there, and nothing more; of damaged packs what is whole in them stays."""
        self.restic("repair", "index", "--retry-lock", "10m", timeout=6 * 3600)
        for start in range(0, len(damaged), _FEW):
            few = damaged[start : start + _FEW]
            self.restic("repair", "packs", "--retry-lock", "10m", *few, timeout=3600)

    def forget(self, snapshots: list[str]) -> None:
        """Remove snapshots with all that only they needed; for storage this host may delete from."""
        if snapshots:
            self.restic("forget", "--prune", "--retry-lock", "10m", *snapshots, timeout=6 * 3600)


def open_repository(
    home: BackupHome,
    target: Target,
    credentials: TargetCredentials | None = None,
    client: str = "",
) -> Repository:
    """The repository of a client at a target, with the credentials this host has unless others are given."""
    name = repository_name(client or home.client, home.client_id())
    opened = access(target, credentials or home.credentials(target.name), name)
    restic = Restic(home.client, target.name, opened, home.key, home.root)
    return Repository(target.name, restic, home)


def tags_of(point: PointId, part: str, release: str) -> tuple[str, ...]:
    """What a snapshot is labelled with, for whoever has the storage and the key alone."""
    return (f"point:{point}", f"part:{part}", f"release:{release}")


def tagged(snapshot: dict[str, Any], name: str) -> str:
    """The value of one of those labels; empty: it has none."""
    found = (tag for tag in snapshot.get("tags") or [] if str(tag).startswith(f"{name}:"))
    return str(next(found, "")).partition(":")[2]


def points_in(target: TargetName, listed: list[dict[str, Any]]) -> list[Point]:
    """The whole points that a repository lists, oldest first; their times are what somebody wrote there."""
    parts: dict[str, dict[str, dict[str, Any]]] = {}
    for found in listed:
        if name := tagged(found, "point"):
            parts.setdefault(name, {})[tagged(found, "part")] = found
    return [
        _point(target, name, found)
        for name, found in sorted(parts.items())
        if found.keys() >= set(PARTS) and _POINT.match(name)
    ]


def _point(target: TargetName, name: str, parts: dict[str, dict[str, Any]]) -> Point:
    stored = [each.get("summary") or {} for each in parts.values()]
    copy = Copy(
        target=target,
        good=True,
        new_bytes=sum(int(each.get("data_added_packed", 0)) for each in stored),
        snapshots={part: str(found["id"]) for part, found in parts.items()},
    )
    moment = datetime.strptime(name[:15], "%Y%m%dt%H%M%S").replace(tzinfo=UTC)
    return Point(
        id=name,
        at=moment.isoformat(timespec="seconds"),
        release=tagged(parts[REST], "release") or "0.0.0",
        size=sum(int(each.get("total_bytes_processed", 0)) for each in stored),
        copies=(copy,),
    )
