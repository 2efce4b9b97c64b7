"""A publisher in memory that can do what no honest one does: the attacker's side of every test.

It writes metadata with the library's own classes, so what it makes differs from the honest in nothing
but the lie of the test.
"""

import copy
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from leadengine_agent.protocol import InstallRelease, Release, manifest_name
from leadengine_agent.values import digest_of
from tests.unit.agent.builders import TEMPLATES, a_release

_Signed = TypeVar("_Signed", Root, Targets, Snapshot, Timestamp)
OFFLINE, ONLINE = ("root", "targets"), ("snapshot", "timestamp")


def in_days(days: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)


def manifest_of(version: str, **changes: object) -> str:
    """A manifest whose templates are the real ones."""
    templates = {name: digest_of(text) for name, text in TEMPLATES.items()}
    release = a_release(version).model_copy(update={"templates": templates, **changes})
    return Release.model_validate(release.model_dump()).model_dump_json()


class EvilRepository:
    """Keys for every role (two of three have to sign offline), signed roles, and all of their past.

    Attributes:
        roots: every root as it was signed, oldest first.
        signed: the newest content of the other roles; change it, then `sign`.
    """

    def __init__(self) -> None:
        self.keys = {
            role: [CryptoSigner.generate_ed25519() for _ in range(3 if role in OFFLINE else 1)]
            for role in (*OFFLINE, *ONLINE)
        }
        self.root = Root(expires=in_days(365))
        for role, signers in self.keys.items():
            for signer in signers:
                self.root.add_key(signer.public_key, role)
            self.root.roles[role].threshold = 2 if role in OFFLINE else 1
        self.roots = [self.dump(self.root, self.keys["root"])]
        self.targets = Targets(expires=in_days(365))
        self.snapshot = Snapshot(expires=in_days(14))
        self.timestamp = Timestamp(expires=in_days(14))
        self.manifests: dict[str, str] = {}

    def stolen(self) -> "EvilRepository":
        """The same with all its keys, in the hands of somebody else."""
        other = copy.copy(self)
        for name in ("root", "targets", "snapshot", "timestamp"):
            setattr(other, name, copy.deepcopy(getattr(self, name)))
        other.keys, other.roots, other.manifests = (
            dict(self.keys),
            list(self.roots),
            dict(self.manifests),
        )
        return other

    def add(self, version: str, yanked: str = "", **changes: object) -> None:
        """List a release, as an honest publisher does."""
        self.manifests[version] = manifest_of(version, **changes)
        name = manifest_name(version)
        target = TargetFile.from_data(name, self.manifests[version].encode(), ["sha256"])
        custom = {"version": version, "channels": ["stable"], "yanked": yanked}
        target.unrecognized_fields["custom"] = {**custom, "serial": len(self.manifests)}
        self.targets.targets[name] = target

    def next_version(self) -> None:
        """What every honest change ends with: the next version of each role."""
        self.targets.version += 1
        self.snapshot.version += 1
        self.timestamp.version += 1

    def metadata(self, targets_keys: Iterable[CryptoSigner] | None = None) -> dict[str, str]:
        """Sign everything as it is now.

        Args:
            targets_keys: who signs the targets; None: all who may.
        """
        signers = self.keys["targets"] if targets_keys is None else targets_keys
        targets = self.dump(self.targets, signers)
        self.snapshot.meta["targets.json"] = _meta(self.targets.version, targets)
        snapshot = self.dump(self.snapshot, self.keys["snapshot"])
        self.timestamp.snapshot_meta = _meta(self.snapshot.version, snapshot)
        files = {f"{number}.root.json": text for number, text in enumerate(self.roots, 1)}
        return files | {
            "timestamp.json": self.dump(self.timestamp, self.keys["timestamp"]),
            f"{self.snapshot.version}.snapshot.json": snapshot,
            f"{self.targets.version}.targets.json": targets,
        }

    def order(self, version: str, metadata: dict[str, str] | None = None) -> InstallRelease:
        """The order that brings a release with all metadata, or with what an attacker chose."""
        return InstallRelease(
            version=version,
            metadata=self.metadata() if metadata is None else metadata,
            manifest=self.manifests[version],
            files=dict(TEMPLATES),
        )

    def rotate(self, role: str, signers: Iterable[CryptoSigner]) -> None:
        """Replace the first key of a role; `signers` sign the new root."""
        new = CryptoSigner.generate_ed25519()
        self.root = copy.deepcopy(self.root)
        self.root.version += 1
        self.root.revoke_key(self.keys[role][0].public_key.keyid, role)
        self.root.add_key(new.public_key, role)
        self.keys[role] = [*self.keys[role][1:], new]
        self.roots.append(self.dump(self.root, signers))

    @staticmethod
    def dump(signed: _Signed, signers: Iterable[CryptoSigner]) -> str:
        """One role as text, signed by these keys."""
        metadata = Metadata(copy.deepcopy(signed))
        for signer in signers:
            metadata.sign(signer, append=True)
        return metadata.to_bytes().decode()


def tampered(text: str, *path: str, value: object) -> str:
    """Metadata with one value of its signed part changed, and the old signatures."""
    whole = json.loads(text)
    place = whole["signed"]
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return json.dumps(whole)


def _meta(version: int, text: str) -> MetaFile:
    return MetaFile.from_data(version, text.encode(), ["sha256"])
