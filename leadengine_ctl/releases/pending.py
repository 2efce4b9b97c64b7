"""What the publisher has decided and the offline keys have not all signed yet.

The files are what they will become, so they can travel on a stick from one signer to the next.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tuf.api.metadata import Metadata, Root, Targets

from leadengine_ctl.durable_files import write_durably
from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.releases.keys import Signers, short
from leadengine_ctl.releases.repository import Repository

_Role = TypeVar("_Role", Root, Targets)

OFFLINE_LIFE = timedelta(days=365)


def expires_in(life: timedelta) -> datetime:
    """A moment from now, as precise as metadata is."""
    return datetime.now(UTC).replace(microsecond=0) + life


@dataclass(frozen=True)
class Missing:
    """Signatures that one of the pending files lacks, and the keys that may give them."""

    role: str
    count: int
    keys: tuple[str, ...]


class Pending:
    """The next root and the next targets of a repository, as far as there are any."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    def published_root(self) -> Metadata[Root]:
        """The newest root that is signed.

        Raises:
            NotFoundError: nobody has made the keys yet.
        """
        roots = self.repository.roots()
        if not roots:
            raise self._without_keys()
        return Metadata[Root].from_bytes(roots[-1].encode())

    def published_targets(self) -> Metadata[Targets]:
        """What is published now.

        Raises:
            NotFoundError: nobody has made the keys yet.
        """
        for name, text in self.repository.current().items():
            if name.endswith(".targets.json"):
                return Metadata[Targets].from_bytes(text.encode())
        raise self._without_keys()

    def _without_keys(self) -> NotFoundError:
        return NotFoundError(
            "There are no keys to publish with yet",
            f"{self.repository.folder} holds no releases of yours.",
            "Make them with 'lectl release init KEYS_FOLDER'.",
        )

    def root(self) -> Metadata[Root] | None:
        """The next root; None: it stays as it is."""
        path = self.repository.pending / "root.json"
        found = Metadata[Root].from_file(str(path)) if path.exists() else None
        if found and found.signed.version > self.published_root().signed.version:
            return found
        return None

    def targets(self) -> Metadata[Targets] | None:
        """The next targets; None: they stay as they are."""
        path = self.repository.pending / "targets.json"
        found = Metadata[Targets].from_file(str(path)) if path.exists() else None
        if found and found.signed.version > self.published_targets().signed.version:
            return found
        return None

    def is_open(self) -> bool:
        """True when something waits to be published."""
        return bool(self.root() or self.targets())

    def change_root(self, change: Callable[[Root], None]) -> None:
        """Change what the next root will say; what was signed of it is to be signed anew."""
        following = self.root() or _following(self.published_root())
        change(following.signed)
        self._renew("root", following)

    def change_targets(self, change: Callable[[Targets], None]) -> None:
        """Change what the next targets will say; what was signed of them is to be signed anew."""
        following = self.targets() or _following(self.published_targets())
        change(following.signed)
        self._renew("targets", following)

    def sign(self, signers: Signers) -> tuple[str, ...]:
        """Add what these keys can sign; returns the keys that signed something."""
        used = set()
        for role, metadata in self._files():
            allowed = self._keys_for(role)
            for signer in signers:
                if signer.public_key.keyid in allowed:
                    metadata.sign(signer, append=True)
                    used.add(short(signer.public_key.keyid))
            self._write(role, metadata)
        return tuple(sorted(used))

    def missing(self) -> tuple[Missing, ...]:
        """What has to be signed before it can be published."""
        found = (self._missing(role, metadata) for role, metadata in self._files())
        return tuple(each for each in found if each.count)

    def _files(self) -> list[tuple[str, Metadata[Root] | Metadata[Targets]]]:
        root, targets = self.root(), self.targets()
        files: list[tuple[str, Metadata[Root] | Metadata[Targets]]] = []
        files += [("root", root)] if root else []
        files += [("targets", targets)] if targets else []
        return files

    def _next_root(self) -> Root:
        return (self.root() or self.published_root()).signed

    def _keys_for(self, role: str) -> set[str]:
        keys = set(self._next_root().roles[role].keyids)
        return keys | set(
            self.published_root().signed.roles["root"].keyids if role == "root" else ()
        )

    def _missing(self, role: str, metadata: Metadata[Root] | Metadata[Targets]) -> Missing:
        payload, signatures = metadata.signed_bytes, metadata.signatures
        results = [self._next_root().get_verification_result(role, payload, signatures)]
        if role == "root":
            # The old keys vouch for the new ones: that is how hosts come along.
            old = self.published_root().signed
            results.append(old.get_verification_result(role, payload, signatures))
        unsigned = {key for result in results if result.missing for key in result.unsigned}
        count = max(result.missing for result in results)
        return Missing(role, count, tuple(sorted(short(key) for key in unsigned)))

    def _renew(self, role: str, metadata: Metadata[Root] | Metadata[Targets]) -> None:
        metadata.signatures.clear()
        metadata.signed.expires = expires_in(OFFLINE_LIFE)
        self._write(role, metadata)

    def _write(self, role: str, metadata: Metadata[Root] | Metadata[Targets]) -> None:
        write_durably(self.repository.pending / f"{role}.json", metadata.to_bytes())


def _following(metadata: Metadata[_Role]) -> Metadata[_Role]:
    following = copy.deepcopy(metadata)
    following.signed.version += 1
    return following
