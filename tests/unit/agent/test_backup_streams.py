"""A stream that was cut is not taken for one that ended; a folder that changes places does so at any kill."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from leadengine_agent.backup import exchange


def receive(
    folder: Path, content: bytes, verdict: bool | None, patience: str = "2"
) -> tuple[int, bytes]:
    """Write into the pipe, give the verdict, and see what the reader makes of it."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    words = (
        sys.executable, "-c",
        "import sys; from leadengine_agent.backup import streams; from pathlib import Path;"
        f"streams._PATIENCE = {patience};"
        "sys.exit(streams.receive(Path(sys.argv[1]), Path(sys.argv[2])))",
        str(pipe), str(folder / "verdict"),
    )  # fmt: skip
    process = subprocess.Popen(words, stdout=subprocess.PIPE, cwd="agent")

    def write() -> None:
        if content:
            pipe.write_bytes(content)
        if verdict is not None:
            # In one step, as the agent says it.
            (folder / "verdict.new").write_text(json.dumps({"good": verdict}))
            (folder / "verdict.new").rename(folder / "verdict")

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    out, _ = process.communicate(timeout=60)
    writer.join(10)
    return process.returncode, out


def test_a_stream_whose_writer_ended_well_is_passed_on(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    assert receive(tmp_path, content, True) == (0, content)
    assert (tmp_path / "verdict.received").read_text() == str(len(content))


@pytest.mark.parametrize(("content", "verdict"), [(b"half", False), (b"half", None), (b"", False)])
def test_a_stream_without_a_good_end_is_an_error(
    tmp_path: Path, content: bytes, verdict: bool | None
) -> None:
    code, _ = receive(tmp_path, content, verdict)
    assert code == 1


def test_a_writer_that_never_comes_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    assert receive(tmp_path, b"", None, patience="0.3")[0] == 1


class _KilledError(Exception):
    pass


@pytest.mark.parametrize("last", range(12))
def test_a_swap_killed_after_any_rename_is_finished_by_the_next(
    tmp_path: Path, last: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).write_text("old")
    exchange.prepare(tmp_path)
    content = tmp_path / exchange.RESTORING / "content"
    for name in ("two", "three", "four"):
        (content / name).write_text("new")
    exchange.seal(tmp_path)
    rename, left = Path.rename, [last]

    def mortal(self: Path, target: Path) -> Path:
        if not left[0]:
            raise _KilledError
        left[0] -= 1
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", mortal)
    try:
        exchange.swap(tmp_path)
    except _KilledError:
        monkeypatch.setattr(Path, "rename", rename)
        exchange.swap(tmp_path)
    found = {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
    assert found == {"two": "new", "three": "new", "four": "new"}
    replaced = tmp_path / exchange.REPLACED
    assert {path.name for path in replaced.iterdir()} == {"one", "two", "three"}
    # Once more changes nothing.
    exchange.swap(tmp_path)
    assert (tmp_path / "four").exists()


def test_what_was_not_compared_never_changes_places(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("old")
    exchange.prepare(tmp_path)
    (tmp_path / exchange.RESTORING / "content" / "one").write_text("new")
    exchange.swap(tmp_path)
    assert (tmp_path / "one").read_text() == "old"
