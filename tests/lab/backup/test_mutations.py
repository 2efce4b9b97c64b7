"""Promise B2 on a repository of its own, in one container: no mutation of what is stored is silent."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.lab.container import Container
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
    """A point of two parts, the repository as it was before it, and another client's."""
    parts = json.loads(box.run(_PYTHON, "-", stdin=_MAKE).stdout)
    places = {"repository": "/work/now", "older": "/work/older", "other": "/work/other"}
    return {**places, "password": "ours", "parts": parts}


def mutate(box: Container, job: dict[str, Any], number: int) -> Counter[str]:
    """Two at a time, as many cores as there are at least; verdict -> how often."""

    def half(seed: int) -> list[dict[str, str]]:
        task = {**job, "work": f"/work/copy{seed}", "number": number // 2, "seed": seed}
        words = (_PYTHON, "-", json.dumps(task))
        said = box.run(*words, stdin=MUTATIONS, timeout=3600).stdout
        return [json.loads(line) for line in said.splitlines()]

    with ThreadPoolExecutor(2) as both:
        verdicts = [each for found in both.map(half, (1, 2)) for each in found]
    assert len(verdicts) == number
    assert [each for each in verdicts if each["verdict"] == "SILENT"] == []
    detected = [each for each in verdicts if each["verdict"] == "detected"]
    assert [each for each in detected if not each["said"].strip()] == []
    return Counter(each["verdict"] for each in verdicts)


def test_what_is_read_of_a_mutated_storage_is_what_was_stored_or_an_error(
    box: Container, job: dict[str, Any]
) -> None:
    """Each of the ten kinds twice; all of them many times in `make soak`."""
    found = mutate(box, job, 20)
    assert found["detected"] >= 6, found


@pytest.mark.soak
def test_none_of_a_hundred_mutations_is_silent(box: Container, job: dict[str, Any]) -> None:
    found = mutate(box, job, 100)
    assert found["detected"] >= 30, found


@pytest.mark.soak
def test_none_of_a_thousand_mutations_is_silent(box: Container, job: dict[str, Any]) -> None:
    found = mutate(box, job, 1000)
    assert found["detected"] >= 300, found
