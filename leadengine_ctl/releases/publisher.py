"""The publisher's side of a repository: make it, and move it from one signed state to the next."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, Targets, Timestamp

from leadengine_ctl.durable_files import write_durably
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.releases.decisions import ONLINE
from leadengine_ctl.releases.keys import Signers, create_key, read_keys
from leadengine_ctl.releases.pending import OFFLINE_LIFE, Pending, expires_in
from leadengine_ctl.releases.repository import Repository

_Role = TypeVar("_Role", Root, Targets, Snapshot, Timestamp)
_Online = TypeVar("_Online", Snapshot, Timestamp)

ONLINE_LIFE = timedelta(days=14)


class Publisher:
    """Publishes a repository.

    Args:
        online: the folder of the keys that sign snapshot and timestamp.
    """

    def __init__(self, repository: Repository, online: Path) -> None:
        self._repository = repository
        self._online = online
        self.pending = Pending(repository)

    def init(self, root_keys: Signers, targets_keys: Signers, threshold: int) -> None:
        """Make an empty repository, signed by all of these keys."""
        root = Root(expires=expires_in(OFFLINE_LIFE))
        for role, signers in (("root", root_keys), ("targets", targets_keys)):
            for signer in signers:
                root.add_key(signer.public_key, role)
            root.roles[role].threshold = threshold
        for role in ONLINE:
            root.add_key(create_key(self._online, role, None).public_key, role)
        targets = Metadata(Targets(expires=expires_in(OFFLINE_LIFE)))
        self._put("1.targets.json", _signed(targets, targets_keys))
        self._put("1.root.json", _signed(Metadata(root), root_keys))
        self.refresh()

    def publish(self) -> None:
        """Make what is pending the newest state.

        Raises:
            NotAllowedError: signatures are missing.
        """
        _refuse_unsigned(self.pending)
        root, targets = self.pending.root(), self.pending.targets()
        if root:
            self._put(f"{root.signed.version}.root.json", root.to_bytes())
        if targets:
            self._put(f"{targets.signed.version}.targets.json", targets.to_bytes())
        self.refresh()
        shutil.rmtree(self._repository.pending, ignore_errors=True)

    def refresh(self) -> None:
        """Say anew, for another two weeks, which targets are the newest; no offline key is needed."""
        old_snapshot, old_timestamp = self._newest("snapshot"), self._newest("timestamp")
        targets = self._newest("targets")
        snapshot = Snapshot(
            version=old_snapshot + 1,
            expires=expires_in(ONLINE_LIFE),
            meta={"targets.json": self._meta(f"{targets}.targets.json", targets)},
        )
        name = f"{snapshot.version}.snapshot.json"
        self._put(name, self._signed_online(snapshot))
        timestamp = Timestamp(
            version=old_timestamp + 1,
            expires=expires_in(ONLINE_LIFE),
            snapshot_meta=self._meta(name, snapshot.version),
        )
        # Last: from here on, readers see the new state.
        self._put("timestamp.json", self._signed_online(timestamp))

    def _newest(self, role: str) -> int:
        """The highest version of a role that was written, also by a run that was killed."""
        folder = self._repository.metadata
        if role == "timestamp":
            path = folder / "timestamp.json"
            return Metadata.from_file(str(path)).signed.version if path.exists() else 0
        numbers = (int(path.name.split(".")[0]) for path in folder.glob(f"[0-9]*.{role}.json"))
        return max(numbers, default=0)

    def _meta(self, name: str, version: int) -> MetaFile:
        content = (self._repository.metadata / name).read_bytes()
        return MetaFile.from_data(version, content, ["sha256"])

    def _signed_online(self, signed: _Online) -> bytes:
        allowed = self.pending.published_root().signed.roles[signed.type].keyids
        keys = read_keys(self._online, None)
        chosen = tuple(each for each in keys if each.public_key.keyid in allowed)
        if not chosen:
            raise _no_online_key(signed, self._online)
        return _signed(Metadata(signed), chosen)

    def _put(self, name: str, content: bytes) -> None:
        write_durably(self._repository.metadata / name, content)


def _signed(metadata: Metadata[_Role], signers: Signers) -> bytes:
    for signer in signers:
        metadata.sign(signer, append=True)
    return metadata.to_bytes()


def _refuse_unsigned(pending: Pending) -> None:
    for missing in pending.missing():
        raise NotAllowedError(
            f"The {missing.role} of this repository lacks {missing.count} signatures",
            f"Any of these keys can give one: {', '.join(missing.keys)}.",
            "Sign with 'lectl release sign --keys FOLDER' on each machine that has one.",
        )


def _no_online_key(signed: Signed, folder: Path) -> NotAllowedError:
    return NotAllowedError(
        f"This machine cannot sign the {signed.type} of the repository",
        f"{folder} has none of the keys that the root names for it.",
        "Publish on the machine where 'lectl release init' was run.",
    )
