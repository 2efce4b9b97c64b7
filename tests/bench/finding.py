"""How well and how fast answers are found: the golden set, on a stack of its own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.result import Result
from tests.lab.engine import docker
from tests.lab.run import lab_run
from tests.lab.runtime.library import all_taken_in, golden, pages, start_chroma, tried, unanswerable
from tests.lab.runtime.measures import WAYS, measured, quoted, table
from tests.lab.runtime.stack import RuntimeStack, start_stack

IMAGES = ("leadengine/api:dev", "leadengine/worker:dev")


def measure() -> Iterator[Result]:
    """Print the table, and yield each figure against its budget."""
    questions, unknown = golden(), unanswerable()
    with tempfile.TemporaryDirectory() as folder, lab_run(Path(folder)) as run:
        stack = start_stack(run, "finding")
        stack.settings["CHROMA_URL"] = f"http://{start_chroma(run, 'finding-chroma').address}:8000"
        assert stack.admin("migrate").returncode == 0
        stack.seed()
        stack.start("worker", "finding-worker")
        _hand_in(stack)
        all_taken_in(stack)
        api = stack.start("api", "finding-api")
        answers = tried(api, [*(one.text for one in questions), *unknown])
    known, nothing = answers[: len(questions)], answers[len(questions) :]
    ways = {way: measured(way, questions, known) for way in WAYS}
    said = quoted(questions, known, nothing)
    print(table(ways, said), flush=True)  # noqa: T201
    how = f"{len(questions)} questions, {len(unknown)} nobody can answer"
    best = ways["hybrid"]
    yield Result("found: embed and retrieve, p95", best.p95, 60, "ms", "best of three each")
    yield Result("found: not among the first five", 1 - best.recall, 0.10, "", how)
    yield Result("found: distance from MRR@10 = 1", 1 - best.rank, 0.25, "", how)
    yield Result("quoted: answer missed", 1 - said.hit, 0.25, "", how)
    yield Result("quoted: answered what nobody knows", 1 - said.refusal, 0.10, "", how)
    yield Result("quoted: refused what is known", said.false_refusal, 0.10, "", how)
    for image in IMAGES:
        size = docker("image", "inspect", "--format", "{{.Size}}", image).stdout
        yield Result(f"image {image}", int(size) / 2**20, 500, "MiB", "unpacked")


def _hand_in(stack: RuntimeStack) -> None:
    rows = ", ".join(
        f"('{name}', '{name}', '\\x{content.hex()}'::bytea)"
        for name, content in pages("pages", "injected").items()
    )
    stack.sql(
        "INSERT INTO intake (tenant_id, source, name, content)"  # noqa: S608 - files of this repository
        f" SELECT t.id, f.* FROM tenants t, (VALUES {rows}) AS f"
    )
