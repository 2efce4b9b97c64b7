"""What a publisher can decide. Each changes what is pending; nothing of it counts until it is signed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from tuf.api.metadata import Key, Root, TargetFile, Targets

from leadengine_agent.protocol import manifest_name
from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.releases.bundle import Draft
from leadengine_ctl.releases.keys import create_key, short
from leadengine_ctl.releases.pending import Pending
from leadengine_ctl.releases.published import Channel, Publication

OFFLINE = ("root", "targets")
ONLINE = ("snapshot", "timestamp")

_Custom = dict[str, Any]


def add_release(pending: Pending, draft: Draft, channels: tuple[Channel, ...]) -> None:
    """Have a release published next; one that is pending or published already is left alone.

    Raises:
        NotFoundError: there are no keys to publish with.
        NotAllowedError: another release has this version.
    """
    published = pending.published_targets().signed.targets
    pending.repository.keep(draft)
    version = draft.release.version
    name = manifest_name(version)

    def add(targets: Targets) -> None:
        serial = 1 + max((_serial(each) for each in targets.targets.values()), default=0)
        publication = Publication(version=version, channels=channels, serial=serial)
        target = TargetFile.from_data(name, draft.manifest.encode(), ["sha256"])
        target.unrecognized_fields["custom"] = publication.model_dump(mode="json")
        targets.targets[name] = target

    waiting = pending.targets()
    if name not in published and (waiting is None or name not in waiting.signed.targets):
        pending.change_targets(add)


def yank(pending: Pending, version: str, reason: str) -> None:
    """Say next that nobody should install a release any more, and why.

    Raises:
        NotFoundError: there is no such release.
    """
    _amend(pending, version, lambda custom: {**custom, "yanked": reason})


def promote(pending: Pending, version: str, channel: Channel) -> None:
    """Have a release in one more channel next.

    Raises:
        NotFoundError: there is no such release.
    """

    def widen(custom: _Custom) -> _Custom:
        return {**custom, "channels": sorted({*custom["channels"], channel})}

    _amend(pending, version, widen)


def replace_key(
    pending: Pending, name: str, folders: dict[str, Path], passphrase: SecretStr | None
) -> str:
    """Have a key give way to a new one next.

    Args:
        name: what people call the key.
        folders: where a new key of each role is written.
        passphrase: encrypts a new offline key.

    Returns:
        What people call the new key.

    Raises:
        NotFoundError: no key is called that.
    """
    root = (pending.root() or pending.published_root()).signed
    role, old = _find_key(root, name)
    secret = passphrase if role in OFFLINE else None
    new: Key = create_key(folders[role], role, secret).public_key

    def replace(root: Root) -> None:
        root.revoke_key(old, role)
        root.add_key(new, role)

    pending.change_root(replace)
    if role == "targets":
        # A signature of the old key counts no longer.
        pending.change_targets(lambda _targets: None)
    return short(new.keyid)


def prolong(pending: Pending) -> None:
    """Have root and targets live for another year next."""
    pending.change_root(lambda _root: None)
    pending.change_targets(lambda _targets: None)


def _amend(pending: Pending, version: str, change: Callable[[_Custom], _Custom]) -> None:
    name = manifest_name(version)
    known = (pending.targets() or pending.published_targets()).signed.targets
    if name not in known:
        raise NotFoundError(f"There is no release {version}", "", "See 'lectl release list'.")

    def amend(targets: Targets) -> None:
        fields = targets.targets[name].unrecognized_fields
        publication = Publication.model_validate(change(fields["custom"]))
        fields["custom"] = publication.model_dump(mode="json")

    pending.change_targets(amend)


def _serial(target: TargetFile) -> int:
    return int(target.unrecognized_fields["custom"]["serial"])


def _find_key(root: Root, name: str) -> tuple[str, str]:
    for role, keys in root.roles.items():
        for key_id in keys.keyids:
            if short(key_id) == name:
                return role, key_id
    raise NotFoundError(
        f"There is no key {name}",
        "It is not one of the root's.",
        "'lectl release keys' lists them.",
    )
