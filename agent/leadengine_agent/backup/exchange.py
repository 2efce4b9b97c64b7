"""Folders of a volume that change places: what was restored for what served, and back if need be.

Runs inside a one-off container of the agent image that sees the volume; standard library only. Each step
is a rename, and any of them may be the last before a kill: the next run goes on where this one ended.
"""

import os
import shutil
import sys
from pathlib import Path

RESTORING = ".restoring"
"""Where a volume holds what is restored, until it is compared."""

REPLACED = ".replaced"
"""Where it holds what was replaced, until all else is done."""

_MARK = "complete"
"""A file beside what is restored that says: compared, and equal."""


def prepare(volume: Path) -> None:
    """An empty folder for what will be restored."""
    discard(volume)
    (volume / RESTORING).mkdir(mode=0o700)
    (volume / RESTORING / "content").mkdir(mode=0o700)
    (volume / RESTORING / "content").chmod(0o700)


def seal(volume: Path) -> None:
    """From now on it counts."""
    (volume / RESTORING / _MARK).touch()


def swap(volume: Path) -> None:
    """Let the content of what was restored take the place of all else in the volume."""
    restoring, replaced = volume / RESTORING, volume / REPLACED
    content = restoring / "content"
    if not (restoring / _MARK).exists():
        return
    replaced.mkdir(mode=0o700, exist_ok=True)
    # Moved before the first of the new ones comes in: a name is either still to go, or new already.
    if not (restoring / "emptied").exists():
        for path in volume.iterdir():
            if path.name not in {RESTORING, REPLACED, ".leadengine"}:
                path.rename(replaced / path.name)
        (restoring / "emptied").touch()
    for path in content.iterdir():
        path.rename(volume / path.name)
    shutil.rmtree(restoring)


def discard(volume: Path) -> None:
    """Forget what was being restored."""
    shutil.rmtree(volume / RESTORING, ignore_errors=True)


def clean(volume: Path) -> None:
    """Forget what was replaced."""
    shutil.rmtree(volume / REPLACED, ignore_errors=True)


def keep_settings(volume: Path) -> None:
    """Remember a new cluster's own configuration, before anything of a dump has run in it."""
    data = volume / RESTORING / "content" / "pgdata"
    for name in _SETTINGS:
        shutil.copy2(data / name, volume / RESTORING / name)


def reset_settings(volume: Path) -> None:
    """Put it back: no statement of a dump may decide how a server starts."""
    data = volume / RESTORING / "content" / "pgdata"
    for name in _SETTINGS:
        path = data / name
        path.unlink(missing_ok=True)
        shutil.copyfile(volume / RESTORING / name, path)
        shutil.chown(path, 999, 999)
        path.chmod(0o600)


_SETTINGS = ("postgresql.conf", "postgresql.auto.conf", "pg_hba.conf", "pg_ident.conf")

_ACTIONS = {
    "prepare": prepare,
    "seal": seal,
    "swap": swap,
    "discard": discard,
    "clean": clean,
    "keep-settings": keep_settings,
    "reset-settings": reset_settings,
}


def own(volume: Path, owner: int) -> None:
    """Let the content belong to the service that will use it."""
    shutil.chown(volume / RESTORING / "content", owner, owner)


def fill(volume: Path, source: Path) -> None:
    """Copy a tree that was unpacked into what is restored."""
    content = volume / RESTORING / "content"
    _copy(source, content)


def _copy(source: Path, target: Path) -> None:
    for path in source.iterdir():
        if path.is_dir() and not path.is_symlink():
            (target / path.name).mkdir()
            _copy(path, target / path.name)
        else:
            shutil.copy2(path, target / path.name, follow_symlinks=False)
        _own_like(path, target / path.name)
    _own_like(source, target)
    shutil.copystat(source, target)


def _own_like(source: Path, target: Path) -> None:
    status = source.lstat()
    os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)
    if not source.is_symlink():
        shutil.copystat(source, target)


def main(words: list[str]) -> int:
    """`exchange ACTION VOLUME`, `exchange own VOLUME UID`, `exchange fill VOLUME SOURCE`."""
    match words:
        case ["own", volume, owner]:
            own(Path(volume), int(owner))
        case ["fill", volume, source]:
            fill(Path(volume), Path(source))
        case [action, volume] if action in _ACTIONS:
            _ACTIONS[action](Path(volume))
        case _:
            sys.stderr.write("usage: leadengine-agent exchange ACTION VOLUME\n")
            return 2
    return 0
