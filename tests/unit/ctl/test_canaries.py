"""Secrets are nowhere but where they belong (promise S10)."""

from pathlib import Path

import pytest

from leadengine_agent.protocol import SecretName
from tests.spellings import spellings
from tests.unit.ctl.cli import Cli, Ran
from tests.unit.ctl.hostile import a_world

CANARIES = {
    "CLAUDE_API_KEY": "canary-claude-4c1d",
    "IPINFO_TOKEN": "canary-ipinfo-9e07",
    "SMTP_PASS": "canary-smtp-77b2",
    "SLACK_WEBHOOK": "canary-slack-05fa",
    "LECTL_REGISTRY": "registry.example.com/leadengine",
    "LECTL_REGISTRY_USER": "robot",
    "LECTL_REGISTRY_PASSWORD": "canary-registry-3e3e",
}


@pytest.fixture
def ran(lectl: Cli, monkeypatch: pytest.MonkeyPatch) -> list[Ran]:
    """What was shown by a deploy that failed, one that worked, and every read."""
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    failed = lectl("--debug", "deploy", "acme", "leads.acme.test", "--host", "nowhere", "--json")
    worked = lectl.deploy("acme", "leads.acme.test", "--json")
    assert (failed.code, worked.code) == (10, 0), worked.err
    reads = [
        lectl("status", "--json"),
        lectl("logs", "acme", "--json"),
        lectl("operations", "list", "--json"),
        lectl("operations", "show", worked.json[-1]["operation"], "--json"),
        lectl("host", "list", "--json"),
        lectl.deploy("acme", "leads.acme.test", "--dry-run", "--json"),
    ]
    assert {read.code for read in reads} == {0}
    return [failed, worked, *reads]


def canaries() -> set[bytes]:
    secrets = (value for value in CANARIES.values() if value.startswith("canary"))
    return {spelling for secret in secrets for spelling in spellings(secret)}


def test_no_secret_is_shown(ran: list[Ran]) -> None:
    shown = "\n".join(each.out + each.err for each in ran).encode()
    assert [canary for canary in canaries() if canary in shown] == []


def test_no_secret_is_kept_in_clear(ran: list[Ran], folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"control.sqlite", "workflows.sqlite", "key"} <= {path.name for path in files}
    found = {
        (path.name, canary)
        for path in files
        for canary in canaries()
        if canary in path.read_bytes()
    }
    assert found == set()


def test_the_password_is_kept_nowhere_once_it_was_shown(lectl: Cli, folder: Path) -> None:
    said = lectl.deploy("acme", "leads.acme.test", "--json")
    password = lectl.deploy().out.split("Admin: ")[1].split(" / ")[1].split("\n")[0]
    assert len(password) >= 12
    assert password not in said.out + said.err
    for path in folder.rglob("*"):
        if path.is_file():
            assert password.encode() not in path.read_bytes(), path


def test_the_secrets_are_there_for_the_host(ran: list[Ran]) -> None:
    secrets = a_world().store.clients.get("acme").secrets
    assert {name: secret.get_secret_value() for name, secret in secrets.items()} == {
        SecretName.LLM_API_KEY: CANARIES["CLAUDE_API_KEY"],
        SecretName.IPINFO_TOKEN: CANARIES["IPINFO_TOKEN"],
        SecretName.SMTP_PASS: CANARIES["SMTP_PASS"],
        SecretName.SLACK_WEBHOOK: CANARIES["SLACK_WEBHOOK"],
    }
