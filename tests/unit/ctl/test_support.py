"""lectl support: listed and reviewed, then written; nothing leaves by itself."""

import tarfile
from pathlib import Path

import pytest

from tests.unit.ctl.cli import Cli

CANARY = "canary-llm-key-8f2d61c0"


@pytest.fixture
def desk(lectl: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("LLM_API_KEY", CANARY)
    ran = lectl("deploy", "acme", "leads.acme.test", "ann@acme.test", "--host", "memory://one")
    assert ran.code == 0, ran.err
    return lectl


def test_all_of_it_is_shown_and_nothing_written(desk: Cli, tmp_path: Path) -> None:
    file = tmp_path / "it.tar.gz"
    ran = desk("support", "acme", "--show", "--out", str(file))
    assert ran.code == 0, ran.err
    for part in ("about.json", "configuration.json", "status.json", "operations.json", "logs.txt"):
        assert f"==> {part}" in ran.out
    assert '"release": "1.0.0"' in ran.out
    assert "activate" in ran.out
    assert not file.exists()


def test_nobody_s_secret_or_address_is_in_it(desk: Cli) -> None:
    shown = desk("support", "acme", "--show").out
    for secret in (CANARY, "ann@acme.test"):
        assert secret not in shown
    assert "llm_api_key" in shown, "that there is one is said"


def test_without_a_yes_nothing_is_written(desk: Cli, tmp_path: Path) -> None:
    file = tmp_path / "it.tar.gz"
    ran = desk("support", "acme", "--out", str(file))
    assert (ran.code, "Nothing was written" in ran.err) == (12, True)
    assert "configuration.json" in ran.err, "what it would be was listed first"
    assert not file.exists()


def test_it_is_written_for_its_owner_alone_as_it_was_shown(desk: Cli, tmp_path: Path) -> None:
    file = tmp_path / "it.tar.gz"
    ran = desk("support", "acme", "--out", str(file), "--yes")
    assert ran.code == 0, ran.err
    assert "Nothing was sent" in ran.err
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        names = archive.getnames()
        config = archive.extractfile("support-acme/configuration.json")
        assert config is not None
        assert CANARY not in config.read().decode()
    assert len(names) == 5
    again = desk("support", "acme", "--out", str(file), "--yes")
    assert (again.code, "is there already" in again.err) == (2, True)


def test_a_host_that_does_not_answer_leaves_its_reason(desk: Cli) -> None:
    (desk.folder / "memory" / "one.json").unlink()
    ran = desk("support", "acme", "--show")
    assert ran.code == 0
    assert "does not answer" in ran.out


def test_a_client_that_is_not_there_is_not_found(lectl: Cli) -> None:
    assert lectl("support", "nobody", "--show").code == 10
