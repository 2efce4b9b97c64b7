"""The second part of a point: files, vectors and queue as one archive, with its manifest as last member.

Each file is read once: what is hashed is what was packed. Runs inside a one-off container of the agent
image, in the stack's own data network; standard library only.
"""

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

from leadengine_agent.backup import queue, trees
from leadengine_agent.backup.chroma import Chroma, as_lines

MANIFEST = "manifest.json"
QUEUE = "queue.jsonl"
VECTORS = "vectors"


class Packer:
    """Writes one archive."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self.sums: dict[str, Any] = {"files": {}, "collections": {}, "queue": 0, "keys": 0}

    def tree(self, root: Path, prefix: str) -> None:
        """Everything below a folder."""
        for below, status in trees.entries(root):
            if trees.is_kept(status):
                self._one(root / below if below else root, f"{prefix}/{below}".rstrip("/"))

    def _one(self, path: Path, name: str) -> None:
        try:
            status = path.lstat()
            total = trees.sum_of(path, status)
            member = self._archive.gettarinfo(path, name)
        except FileNotFoundError:
            # Deleted since it was listed: it is not part of the point.
            return
        # Hard links are kept as files of their own.
        if total["kind"] == "file":
            member.type, member.linkname, member.size = tarfile.REGTYPE, "", status.st_size
            with path.open("rb") as file:
                hashing = trees.Hashing(file)
                self._archive.addfile(member, hashing)
            total["sha256"] = hashing.hexdigest()
        else:
            self._archive.addfile(member)
        self.sums["files"][name] = total

    def vectors(self, store: Chroma) -> None:
        """Every collection, a page of records at a time."""
        for name, found in sorted(store.collections().items()):
            folder = f"{VECTORS}/{name}"
            self.bytes(f"{folder}/collection.json", json.dumps(found).encode())
            whole, records = hashlib.sha256(), 0
            for number, rows in enumerate(store.records(found["id"])):
                lines = as_lines(rows)
                whole.update(lines)
                records += len(rows)
                self.bytes(f"{folder}/{number:08d}.jsonl", lines)
            sums = {"records": records, "sha256": whole.hexdigest()}
            self.sums["collections"][name] = sums

    def queue(self, path: Path) -> None:
        """What was exported from Redis before the database's snapshot."""
        with path.open("rb") as file:
            for line in file:
                self.sums["keys"] += 1
                self.sums["queue"] += queue.entries_of(line)
        member = self._archive.gettarinfo(path, QUEUE)
        with path.open("rb") as file:
            self._archive.addfile(member, file)

    def bytes(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._archive.addfile(member, io.BytesIO(content))


def pack(job: dict[str, Any], pipe: Path) -> dict[str, Any]:
    """Write the archive into the pipe; the manifest that it ends with."""
    with pipe.open("wb") as stream, tarfile.open(fileobj=stream, mode="w|") as archive:
        packer = Packer(archive)
        for prefix, root in job["trees"].items():
            packer.tree(Path(root), prefix)
        packer.vectors(Chroma(job["chroma"]))
        packer.queue(Path(job["queue"]))
        manifest = {**job["manifest"], "rest": packer.sums}
        packer.bytes(MANIFEST, json.dumps(manifest).encode())
    return manifest


def main(words: list[str]) -> int:
    """`pack stream JOB PIPE` or `pack queue URL-FILE OUT`: the archive, or what Redis holds."""
    match words:
        case ["stream", job, pipe]:
            manifest = pack(json.loads(Path(job).read_text()), Path(pipe))
            sys.stdout.write(json.dumps(manifest["rest"]["queue"]) + "\n")
        case ["queue", url, out]:
            redis = queue.Redis(Path(url).read_text())
            with Path(out).open("wb") as file:
                file.writelines(queue.export(redis))
        case _:
            return 2
    return 0
