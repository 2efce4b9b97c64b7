"""Writing files so that a kill or a power cut leaves the old content or the new, never a piece."""

import os
from pathlib import Path


def free_bytes(folder: Path) -> int:
    """What may still be written to the file system of a folder."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def write_atomically(path: Path, content: str | bytes, mode: int = 0o644, group: int = 0) -> bool:
    """Replace `path` by `content` in one step, durably; True when something changed.

    The mode and owner are set before the name appears, so that a secret is never readable by others.
    """
    data = content.encode() if isinstance(content, str) else content
    if _is_already(path, data, mode, group):
        return False
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        if group:
            os.fchown(file.fileno(), 0, group)
        os.fchmod(file.fileno(), mode)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_directory(path.parent)
    return True


def _is_already(path: Path, data: bytes, mode: int, group: int) -> bool:
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    same_owner = not group or status.st_gid == group
    return status.st_mode & 0o777 == mode and same_owner and path.read_bytes() == data


def point(link: Path, target: str) -> None:
    """Make `link` a symbolic link to `target` in one step."""
    temporary = link.with_name(f".{link.name}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.rename(link)
    sync_directory(link.parent)


def sync_directory(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_tree(folder: Path) -> None:
    """Remove a folder under a name nobody looks for, so that a kill in the middle leaves no half of it.

    What such a kill left under that name goes, too, whether the folder is there again or not.
    """
    # Imported here: it brings compression along, which an idle reporter has no room for.
    import shutil

    grave = folder.with_name(f".{folder.name}.removed")
    if grave.exists():
        shutil.rmtree(grave)
    if not folder.exists():
        return
    folder.rename(grave)
    shutil.rmtree(grave)
