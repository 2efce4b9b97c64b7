"""Write a file so that a power cut leaves the old content or the new, never a piece."""

import os
from pathlib import Path


def write_durably(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Replace `path`, on disk before the content gets its name; folders are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
