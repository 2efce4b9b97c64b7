"""A stack with an index of vectors and a worker that takes files in: what the tests of knowledge share."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.lab.container import Container
from tests.lab.run import Run
from tests.lab.runtime.stack import HARDENED, RuntimeStack
from tests.lab.runtime.test_accounts_pages import form_of
from tests.lab.waiting import until

CASES = Path("tests/cases/knowledge")
FORGET = (
    "TRUNCATE documents, passages, intake, sites, site_pages, conversations, turns, messages, calls,"
    " model_spend"
)


@dataclass(frozen=True)
class Question:
    """One of the golden set; `expected` stands in the passage that answers it."""

    text: str
    source: str
    expected: str


def start_chroma(run: Run, name: str) -> Container:
    """An index of vectors, empty, on a volume of its own."""
    options = (*HARDENED, f"--volume={run.volume(name)}:/data")
    return run.start(name, "leadengine/standin-chromadb:dev", options=options)


def golden() -> list[Question]:
    with (CASES / "questions.csv").open(newline="") as file:
        return [
            Question(row["question"], row["source"], row["expected"])
            for row in csv.DictReader(file)
        ]


def unanswerable() -> list[str]:
    with (CASES / "unanswerable.csv").open(newline="") as file:
        return [row["question"] for row in csv.DictReader(file)]


def pages(*folders: str) -> dict[str, bytes]:
    """The invented company's pages, by name."""
    found = sorted(path for folder in folders for path in (CASES / folder).iterdir())
    return {path.name: path.read_bytes() for path in found}


def hand_in(client: httpx.Client, name: str, content: str | bytes) -> httpx.Response:
    form = {"form": form_of(client, "/knowledge")}
    return client.post("/knowledge", data=form, files={"file": (name, content)})


def hand_in_all(client: httpx.Client, files: Mapping[str, str | bytes]) -> None:
    """Queue files; one token is good for all of them."""
    form = {"form": form_of(client, "/knowledge")}
    for name, content in files.items():
        answer = client.post("/knowledge", data=form, files={"file": (name, content)})
        assert answer.status_code == 303, (name, answer.text)


def all_taken_in(stack: RuntimeStack, seconds: float = 240) -> None:
    """Wait until nothing is on its way any more: live, or failed with a reason."""

    def settled() -> None:
        waiting = stack.sql("SELECT count(*) FROM intake WHERE state NOT IN ('failed', 'left out')")
        assert waiting == "0", f"{waiting} files wait"

    until(settled, "the library", seconds)


def tried(container: Container, questions: list[str]) -> list[Mapping[str, Any]]:
    """What each way of finding says to each question, and what a visitor would read."""
    done = container.run("leadengine-admin", "try-questions", stdin="\n".join(questions))
    return [json.loads(line) for line in done.stdout.splitlines()]
