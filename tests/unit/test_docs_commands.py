"""Every command that a document shows is run, in order, and ends as the document says."""

import re
from pathlib import Path

import pytest

from tests.conformance.provider_suite import KEY
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.hostile import a_world
from tests.unit.ctl.ready import make_ready
from tests.unit.docs_commands import Shown, documents, in_memory, read, shown_in

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parent.parent.parent
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

NOT_RUN = {
    "export PATH=": "the reader's shell",
    "ssh-keygen -lf": "runs on the host",
    "lectl release build": "needs an engine with images; tests/lab/test_release_build.py does",
    "lectl release init": "the reader here is a publisher; tests/unit/ctl/test_release_commands.py does",
    "lectl release sign": "needs the stick; tests/unit/ctl/test_release_commands.py does",
    "lectl operations resume": "needs a killed process; tests/unit/ctl/test_interrupted.py does",
    ".venv/bin/pytest": "a test would run tests",
}
"""Beginnings of lines that are shown and not run here, each with its reason."""


@pytest.fixture
def lectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """An operator in an empty folder, with nothing on PATH."""
    folder = tmp_path / "data"
    for name, value in {**Cli.environment(folder, tmp_path), "PATH": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "id.pub").write_text(KEY)
    monkeypatch.setenv("LECTL_SSH_KEY", str(tmp_path / "id"))
    monkeypatch.setenv("LECTL_CLOUD_PATIENCE", "1")
    monkeypatch.setenv("LECTL_BILLING", "memory")
    monkeypatch.setenv("LECTL_RESOLVERS", "127.0.0.1:9")
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    monkeypatch.chdir(tmp_path)
    furnish(folder)
    return Cli(folder, {})


def furnish(folder: Path) -> None:
    """Put a release and the host `local`, in memory, into the data folder that is set."""
    make_ready(folder)
    a_world().store.hosts.save("local", "memory://local")


def here(word: str, command: str) -> str:
    """The id of an operation or a rollout becomes that of the last one."""
    if not re.fullmatch(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}", word):
        return word
    store = a_world().store
    return (store.rollouts if command == "rollout" else store.operations).recent(1)[0].id


def run(lectl: Cli, shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run one line of a document."""
    for name, value in shown.settings.items():
        assert name == "LECTL_DATA_FOLDER", f"export it first: {shown.line}"
        monkeypatch.setenv(name, value)
        furnish(Path(value))
    match shown.words:
        case ("make", *targets):
            assert set(targets) <= TARGETS, shown.line
        case ("export", *settings):
            for setting in settings:
                # With a token a command would talk to a provider of this world.
                if not setting.partition("=")[0].endswith("_TOKEN"):
                    monkeypatch.setenv(*setting.split("=", 1))
        case ("lectl" | ".venv/bin/lectl", *words):
            ran = lectl(*(here(in_memory(word), words[0]) for word in words))
            assert ran.code == shown.code, f"{shown.line}\n{ran.err}"
        case _:
            pytest.fail(f"neither run nor allowed: {shown.line}")


@pytest.mark.parametrize("path", documents(), ids=str)
def test_every_command_shown_works(lectl: Cli, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for shown in shown_in((ROOT / path).read_text(encoding="utf-8")):
        if not shown.line.startswith(tuple(NOT_RUN)):
            monkeypatch.setenv("LECTL_DATA_FOLDER", str(lectl.folder))
            run(lectl, shown, monkeypatch)


@pytest.mark.parametrize(
    "line", ["lectl deploi acme", "lectl status nobody", "make tea", "rm -r x"]
)
def test_a_command_that_does_not_work_is_found(
    lectl: Cli, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run(lectl, read(line), monkeypatch)


def test_every_exception_is_needed() -> None:
    lines = [shown.line for path in documents() for shown in shown_in(path.read_text())]
    unused = [start for start in NOT_RUN if not any(line.startswith(start) for line in lines)]
    assert unused == []
