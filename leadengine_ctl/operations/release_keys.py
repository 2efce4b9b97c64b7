"""Make keys, use them, replace them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, model_validator

from leadengine_agent.values import Frozen
from leadengine_ctl.errors import NotAllowedError, NotFoundError
from leadengine_ctl.operations.base import World
from leadengine_ctl.releases import decisions
from leadengine_ctl.releases.changes import pending_changes
from leadengine_ctl.releases.keys import create_key, read_keys, short
from leadengine_ctl.releases.pending import Missing, Pending
from leadengine_ctl.releases.publisher import Publisher
from leadengine_ctl.releases.repository import Repository


class Ceremony(Frozen):
    """How many offline keys there are for root, as many for targets, and how many must sign."""

    keys: Annotated[int, Field(ge=1, le=16)] = 3
    threshold: Annotated[int, Field(ge=1, le=16)] = 2

    @model_validator(mode="after")
    def _enough_keys(self) -> "Ceremony":
        if self.threshold > self.keys:
            message = "more signatures are asked for than there are keys"
            raise ValueError(message)
        return self


@dataclass(frozen=True)
class KeyInfo:
    """A key of the root. `name` is how people call it; `threshold`: how many of its role must sign."""

    name: str
    role: str
    threshold: int


def init_releases(world: World, folder: Path, ceremony: Ceremony, passphrase: SecretStr) -> str:
    """Make all keys and an empty repository; returns the publisher's fingerprint.

    Raises:
        NotAllowedError: there is a publisher already.
    """
    repository = world.library.repository
    if repository.roots():
        raise NotAllowedError(
            f"{repository.folder} has a publisher already",
            f"Hosts trust it as {repository.fingerprint}.",
            "Replace one of its keys with 'lectl release rotate KEY --keys FOLDER'.",
        )
    root, targets = (
        tuple(create_key(folder, role, passphrase) for _ in range(ceremony.keys))
        for role in decisions.OFFLINE
    )
    _publisher(world).init(root, targets, ceremony.threshold)
    return repository.fingerprint


@dataclass(frozen=True)
class Signing:
    """What a signing came to.

    Attributes:
        changes: what was signed, in sentences.
        keys: those that signed something.
        missing: what has to be signed before it can be published.
    """

    changes: tuple[str, ...]
    keys: tuple[str, ...]
    missing: tuple[Missing, ...]


def sign_pending(
    repository: Repository, version: str | None, keys: Path, passphrase: SecretStr
) -> Signing:
    """Sign what is pending with the keys of a folder.

    Args:
        version: a release that has to be among it; None: whatever it is.

    Raises:
        NotFoundError: nothing about that release waits, or there is no key to sign with.
    """
    pending = Pending(repository)
    pending.published_root()
    changes = pending_changes(pending) if pending.is_open() else ()
    if version and all(each.version != version for each in changes):
        raise NotFoundError(
            f"There is nothing to sign for {version}",
            "No decision about it waits for signatures.",
            "'lectl release list' shows what does.",
        )
    used = pending.sign(read_keys(keys, passphrase))
    return Signing(tuple(each.sentence for each in changes), used, pending.missing())


def rotate(world: World, key: str | None, folder: Path, passphrase: SecretStr) -> str:
    """Have a key replaced next, or (None) all that is signed offline live for another year.

    Returns:
        What people call the new key; empty without one.

    Raises:
        NotFoundError: no key is called that.
    """
    pending = Pending(world.library.repository)
    if key is None:
        decisions.prolong(pending)
        return ""
    online = dict.fromkeys(decisions.ONLINE, world.settings.release_keys)
    folders = {**dict.fromkeys(decisions.OFFLINE, folder), **online}
    return decisions.replace_key(pending, key, folders, passphrase)


def read_key_infos(world: World) -> tuple[KeyInfo, ...]:
    """The keys that the newest root names.

    Raises:
        NotFoundError: nobody has made keys yet.
    """
    root = Pending(world.library.repository).published_root().signed
    return tuple(
        KeyInfo(short(key), role, root.roles[role].threshold)
        for role in (*decisions.OFFLINE, *decisions.ONLINE)
        for key in root.roles[role].keyids
    )


def _publisher(world: World) -> Publisher:
    return Publisher(world.library.repository, world.settings.release_keys)
