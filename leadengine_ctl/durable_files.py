"""Write a file so that a power cut leaves the old content or the new, never a piece."""

import os
import tempfile
from pathlib import Path

from leadengine_agent.files import sync_directory


def write_durably(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Replace `path`, on disk before the content gets its name; folders are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    _fill(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), data)
    draft.rename(path)
    sync_directory(path.parent)


def create_once(path: Path, content: bytes) -> None:
    """Write a secret that its owner alone may read; when two try at once, the first one's content stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    try:
        _fill(handle, content)
        os.link(draft, path)
        sync_directory(path.parent)
    except FileExistsError:
        return
    finally:
        Path(draft).unlink()


def _fill(handle: int, content: bytes) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
