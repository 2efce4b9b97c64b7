"""Runs inside the agent's container: damage copies of a repository, and see what becomes of it.

Reads what the agent reads, with the same program and the same words of failure; each mutation is judged
`detected` (with the object or the reason named), `equal` (what came back is what was stored) or `SILENT`.
"""

# ruff: noqa: C901, S311, T201 - a program of its own, one case beside the other

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from leadengine_agent.backup.errors import ResticError, storage_failure
from leadengine_agent.docker import clean_lines

KINDS = (
    "bit flip", "one byte less", "half", "empty", "delete", "swap two", "replay older",
    "garbage tail", "wrong key", "another client's",
)  # fmt: skip


def objects(repository: Path) -> list[Path]:
    found = sorted(path for path in repository.rglob("*") if path.is_file())
    # The repository's folders of packs, indexes, snapshots, keys, and its configuration.
    return [path for path in found if path.parent.name != "locks"]


def mutate(
    repository: Path, kind: str, chance: random.Random, job: dict[str, Any]
) -> tuple[list[Path], str]:
    """Do one thing to the repository; the objects it was done to, and the password to read with."""
    path = chance.choice(objects(repository))
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    hurt, password = [path], job["password"]
    match kind:
        case "bit flip":
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            path.write_bytes(content)
        case "one byte less":
            path.write_bytes(content[:-1])
        case "half":
            path.write_bytes(content[: len(content) // 2])
        case "empty":
            path.write_bytes(b"")
        case "delete":
            path.unlink()
        case "swap two":
            same = [
                each for each in objects(repository) if each.parent.parent == path.parent.parent
            ]
            other = chance.choice([each for each in same if each != path] or [path])
            other.chmod(0o600)
            path.write_bytes(other.read_bytes())
            other.write_bytes(content)
            hurt.append(other)
        case "replay older":
            older = Path(job["older"]) / path.relative_to(repository)
            stale = [each for each in objects(Path(job["older"])) if each.name != path.name]
            path.write_bytes((older if older.exists() else chance.choice(stale)).read_bytes())
        case "garbage tail":
            path.write_bytes(bytes(content) + os.urandom(100))
        case "wrong key":
            password = "not the password"
        case "another client's":
            other = chance.choice(objects(Path(job["other"])))
            path.write_bytes(other.read_bytes())
    return hurt, password


def is_named(kind: str, hurt: list[Path], said: str) -> bool:
    """Do the words say which object it was? Of a key there is one, and it has no other name."""
    if kind == "wrong key" or any(path.parent.name == "keys" for path in hurt):
        return "key" in said or any(path.name[:8] in said for path in hurt)
    return any(path.name[:8] in said for path in hurt)


def restic(repository: Path, password: str, *words: str) -> bytes:
    environment = {**os.environ, "RESTIC_PASSWORD": password}
    done = subprocess.run(
        ("restic", "--repo", str(repository), "--no-cache", "--no-lock", *words),
        capture_output=True, env=environment, check=False, timeout=120,
    )  # fmt: skip
    if done.returncode:
        raise ResticError(done.returncode, clean_lines(done.stderr.decode("utf-8", "replace")))
    return done.stdout


def read(repository: Path, password: str, job: dict[str, Any]) -> dict[str, str]:
    """Both parts of the point as hashes."""
    found: dict[str, str] = {}
    for part, (snapshot, path) in job["parts"].items():
        found[part] = hashlib.sha256(
            restic(repository, password, "dump", snapshot, path)
        ).hexdigest()
    return found


def judge(
    repository: Path, kind: str, chance: random.Random, job: dict[str, Any]
) -> dict[str, Any]:
    hurt, password = mutate(repository, kind, chance, job)
    found: dict[str, Any] = {"kind": kind, "object": str(hurt[0].relative_to(repository))}
    try:
        equal = read(repository, password, job) == job["hashes"]
    except ResticError as error:
        failure = storage_failure("local", error).failure
        said = " ".join((failure.what, failure.why, *failure.logs))
        named = is_named(kind, hurt, said)
        return {**found, "verdict": "detected", "code": failure.code, "said": said, "named": named}
    except subprocess.TimeoutExpired:
        return {
            **found,
            "verdict": "detected",
            "code": "storage",
            "said": "timeout",
            "named": False,
        }
    return {**found, "verdict": "equal" if equal else "SILENT"}


def main() -> None:
    job = json.loads(sys.argv[1])
    chance = random.Random(job["seed"])
    original, copy = Path(job["repository"]), Path(job["work"])
    job["hashes"] = read(original, job["password"], job)
    for number in range(job["number"]):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(original, copy)
        print(json.dumps(judge(copy, KINDS[number % len(KINDS)], chance, job)), flush=True)
    shutil.rmtree(copy, ignore_errors=True)


main()
