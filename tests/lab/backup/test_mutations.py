"""Promise B2 on a repository of its own, in one container: no mutation of what is stored is silent."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.lab.backup.tally import Tally
from tests.lab.container import Container
from tests.lab.engine import docker
from tests.lab.run import Run

MUTATIONS = Path("tests/lab/backup/mutations.py").read_text()
_PYTHON = "/opt/leadengine/bin/python"
_MAKE = """
import json, os, shutil, subprocess

def restic(name, password, *words, stdin=b""):
    environment = {**os.environ, "RESTIC_PASSWORD": password}
    words = ("restic", "--repo", f"/work/{name}", "--no-cache", "--json", *words)
    return subprocess.run(words, input=stdin, env=environment, check=True, capture_output=True).stdout

def store(name, password, part, content):
    said = restic(name, password, "backup", "--stdin", "--stdin-filename", part, stdin=content)
    return json.loads(said.splitlines()[-1])["snapshot_id"]

parts = {"database": "database.dump", "rest": "rest.tar"}
restic("now", "ours", "init")
older = {part: os.urandom(400_000) + b"row" * 200_000 for part in parts}
for part, name in parts.items():
    store("now", "ours", name, older[part])
shutil.copytree("/work/now", "/work/older")
found = {part: (store("now", "ours", name, older[part] + os.urandom(300_000)), f"/{name}")
         for part, name in parts.items()}
restic("other", "theirs", "init")
store("other", "theirs", "database.dump", os.urandom(500_000))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def box(run: Run, product_images: None) -> Iterator[Container]:
    """A container of the agent, with a repository in its memory."""
    options = ("--tmpfs", "/work:size=200m", "--entrypoint", "sleep")
    found = run.start("mutated", "leadengine/agent:dev", "infinity", options=options)
    yield found
    found.remove()


@pytest.fixture(scope="module")
def job(box: Container) -> dict[str, Any]:
    """A point of two parts, the repository as it was before it, and another client's.

    Made with little processor time: restic weighs by that how much work it makes of opening, and every
    mutation opens twice.
    """
    docker("update", "--cpus", "0.2", box.name)
    parts = json.loads(box.run(_PYTHON, "-", stdin=_MAKE, timeout=300).stdout)
    docker("update", "--cpus", "2", box.name)
    places = {"repository": "/work/now", "older": "/work/older", "other": "/work/other"}
    return {**places, "password": "ours", "parts": parts}


def mutate(box: Container, job: dict[str, Any], number: int) -> Counter[str]:
    """Two at a time, as many cores as there are at least; verdict -> how often."""
    tally, found = Tally("B2-mutations", number), Counter[str]()
    for start in range(0, number, _BATCH):
        wanted = min(_BATCH, number - start)
        halves = [(box, job, wanted // 2, seed) for seed in (start + 1, start + 2)]
        with ThreadPoolExecutor(2) as both:
            verdicts = [
                each for half in both.map(_half, *zip(*halves, strict=True)) for each in half
            ]
        assert len(verdicts) == wanted
        assert [each for each in verdicts if each["verdict"] == "SILENT"] == []
        detected = [each for each in verdicts if each["verdict"] == "detected"]
        assert [each for each in detected if not each["said"].strip()] == []
        unnamed = [each for each in detected if not each["named"]]
        for each in unnamed:
            print("no name:", each["kind"], each["object"], each["said"][:300])  # noqa: T201
        tally.add(wanted, silent=0, detected=len(detected), named=len(detected) - len(unnamed))
        found += Counter(each["verdict"] for each in verdicts)
    return found


_BATCH = 100


def _half(box: Container, job: dict[str, Any], number: int, seed: int) -> list[dict[str, Any]]:
    task = {**job, "work": f"/work/copy{seed % 2}", "number": number, "seed": seed}
    said = box.run(_PYTHON, "-", json.dumps(task), stdin=MUTATIONS, timeout=3600).stdout
    return [json.loads(line) for line in said.splitlines()]


def test_what_is_read_of_a_mutated_storage_is_what_was_stored_or_an_error(
    box: Container, job: dict[str, Any]
) -> None:
    """Each of the ten kinds ten times; a hundred times in `make soak`."""
    found = mutate(box, job, 100)
    assert found["detected"] >= 30, found


@pytest.mark.soak
def test_none_of_a_thousand_mutations_is_silent(box: Container, job: dict[str, Any]) -> None:
    found = mutate(box, job, 1000)
    assert found["detected"] >= 300, found
