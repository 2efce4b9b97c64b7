"""The second part of a point, brought back: files to a folder, vectors and queue to their services.

Runs inside one-off containers of the agent image; standard library only. What lies on disk or in the
store afterwards is read again and counted: the answer says what is there, not what was sent.
"""

import hashlib
import json
import math
import os
import sys
import tarfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from leadengine_agent.backup import queue, trees
from leadengine_agent.backup.chroma import STAGED, Chroma
from leadengine_agent.backup.pack import QUEUE, VECTORS

FOUND = "found.json"
"""What lies there after unpacking: too long for a line of output."""

_CONTENT = ("stack/", "volumes/")


def files(target: Path) -> dict[str, Any]:
    """Unpack an archive from standard input, and write down what then lies there."""
    with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as archive:
        for member in archive:
            _one(archive, member, target)
    # What follows the archive's end is filling, and has to be read for the sender to end well.
    while sys.stdin.buffer.read(1 << 20):
        pass
    found: dict[str, Any] = {}
    for path in sorted(target.glob("stack/*")) + sorted(target.glob("volumes/*")):
        found |= _sums(path, target)
    answer = {"files": found, "queue": _entries(target / QUEUE)}
    (target / FOUND).write_text(json.dumps(answer))
    return {"files": len(found)}


def _one(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """The `tar` filter keeps a member inside the folder, whatever it calls itself."""
    checked = tarfile.tar_filter(member, str(target))
    if checked.name.startswith(_CONTENT) and (checked.islnk() or checked.isdev()):
        message = f"{checked.name} is neither file, folder nor symbolic link"
        raise tarfile.FilterError(message)
    # The filter takes away rights of groups that some files need.
    checked = checked.replace(mode=member.mode, deep=False)
    archive.extract(checked, target, filter="fully_trusted", numeric_owner=True)


def _sums(path: Path, target: Path) -> dict[str, Any]:
    prefix = str(path.relative_to(target))
    found = trees.tree_sums(path, prefix)
    # `acme` was made for `acme/config` and was no member of its own.
    return {name: total for name, total in found.items() if name != "stack/acme"}


def _entries(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(queue.entries_of(line) for line in file)


def vectors(store: Chroma, folder: Path) -> dict[str, Any]:
    """Fill a collection beside each live one, and count what is in it then."""
    sums = {}
    for path in sorted((folder / VECTORS).glob("*/collection.json")):
        name = path.parent.name
        store.drop(name + STAGED)
        identity = store.create(name + STAGED, json.loads(path.read_text()))
        for page in _pages(path.parent):
            if page:
                store.add(identity, page)
        sums[name] = _kept(path.parent, store, identity)
    return {"collections": sums}


def _pages(folder: Path) -> Iterator[list[dict[str, Any]]]:
    for path in sorted(folder.glob("*.jsonl")):
        yield [json.loads(line) for line in path.read_text().splitlines()]


def _kept(folder: Path, store: Chroma, identity: str) -> dict[str, Any]:
    """The sum of what was packed, if the store has just that; else one that equals nothing.

    A store for cosine distances gives numbers back that differ in the last place from what it was given.
    """
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.jsonl")):
        whole.update(path.read_bytes())
    # Both in the order of ids, and neither ever whole in memory.
    wanted = (row for page in _pages(folder) for row in page)
    found = (row for rows in store.records(identity) for row in rows)
    number = 0
    for one, other in zip_longest(wanted, found):
        if one is None or other is None or not _same(one, other):
            return {"records": number, "sha256": f"{(one or other)['id']} differs"}
        number += 1
    return {"records": number, "sha256": whole.hexdigest()}


def _same(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    vectors = wanted["embeddings"] or [], found["embeddings"] or []
    close = len(vectors[0]) == len(vectors[1]) and all(
        math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-7)
        for one, other in zip(*vectors, strict=True)
    )
    return close and {**wanted, "embeddings": None} == {**found, "embeddings": None}


def swap(store: Chroma, folder: Path) -> dict[str, Any]:
    """Let the filled collections take the place of the live ones. Repeatable after a kill."""
    names = {path.parent.name for path in (folder / VECTORS).glob("*/collection.json")}
    for name in store.collections().keys() - names:
        store.drop(name)
    for name in sorted(names):
        staged = store.find(name + STAGED)
        if staged:
            store.drop(name)
            store.rename(staged, name)
    live = store.collections()
    sums = {name: _kept(folder / VECTORS / name, store, live[name]["id"]) for name in live}
    return {"collections": sums}


def discard(store: Chroma) -> dict[str, Any]:
    """Forget what was filled beside the live ones."""
    for name in store.staged():
        store.drop(name)
    return {}


def replay(url: Path, path: Path, *, whole: bool) -> dict[str, Any]:
    """Hand what waited in the point's queue to the worker again."""
    redis = queue.Redis(url.read_text())
    with path.open("rb") as file:
        return {"replayed": queue.bring_back(redis, iter(file), whole=whole)}


def main(words: list[str]) -> int:
    """`unpack files FOLDER`, `unpack vectors HOST FOLDER [swap|discard]`, `unpack queue URL FILE [whole]`."""
    os.umask(0)
    sys.stdout.write(json.dumps(_answer(words)) + "\n")
    return 0


def _answer(words: list[str]) -> dict[str, Any]:
    match words:
        case ["files", folder]:
            return files(Path(folder))
        case ["vectors", host, folder]:
            return vectors(Chroma(host), Path(folder))
        case ["vectors", host, folder, "swap"]:
            return swap(Chroma(host), Path(folder))
        case ["vectors", host, _, "discard"]:
            return discard(Chroma(host))
        case ["queue", url, path, *more]:
            return replay(Path(url), Path(path), whole=more == ["whole"])
    message = "unknown question"
    raise OSError(message)
