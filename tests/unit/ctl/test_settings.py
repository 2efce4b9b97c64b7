"""Settings: where they come from, and what follows from them."""

from pathlib import Path

import pytest

from leadengine_agent.protocol import SecretName
from leadengine_ctl.settings import Settings
from tests.unit.ctl.cli import Cli


@pytest.fixture(autouse=True)
def clean(lectl: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """No LECTL_ variable but the data folder's, no key of the operator."""
    for name in ("LLM_API_KEY", "CLAUDE_API_KEY", "SMTP_HOST", "SMTP_PASS", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_the_data_folder_follows_the_desktops_convention(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LECTL_DATA_FOLDER")
    assert Settings().data_folder == Path.home() / ".local/share/leadengine"
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert Settings().data_folder == Path("/data/leadengine")


def test_the_names_of_the_specification_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_API_KEY", "canary")
    monkeypatch.setenv("SMTP_HOST", "")
    settings = Settings()
    assert list(settings.operator_secrets) == [SecretName.LLM_API_KEY]
    assert "canary" not in repr(settings)


def test_mail_needs_a_host_or_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().mail().host is None
    monkeypatch.setenv("SMTP_PASS", "canary")
    assert Settings().mail().host == "smtp.resend.com"
    monkeypatch.setenv("SMTP_HOST", "mail.example.com")
    monkeypatch.setenv("SMTP_FROM", "leads@example.com")
    mail = Settings().mail()
    assert (mail.host, mail.port, mail.sender) == ("mail.example.com", 587, "leads@example.com")


def test_a_private_ca_is_trusted_by_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("PEM")
    monkeypatch.setenv("LECTL_ACME_TRUST", str(tmp_path / "ca.pem"))
    assert Settings().acme().trust == "PEM"


def test_a_registry_login_needs_all_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTL_REGISTRY", "registry.example.com:5000/leadengine")
    monkeypatch.setenv("LECTL_REGISTRY_USER", "robot")
    assert Settings().registry_login() is None
    monkeypatch.setenv("LECTL_REGISTRY_PASSWORD", "canary")
    login = Settings().registry_login()
    assert login
    assert (login.registry, login.user) == ("registry.example.com:5000", "robot")


def test_checkpoints_lie_beside_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Settings().data_folder
    assert Settings().workflows == f"sqlite:///{folder}/workflows.sqlite"
    monkeypatch.setenv("LECTL_DATABASE_URL", "postgresql+psycopg://u:canary@db/control")
    settings = Settings()
    assert settings.database == settings.workflows == "postgresql+psycopg://u:canary@db/control"
    assert "canary" not in repr(settings)
