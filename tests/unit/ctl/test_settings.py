"""Settings: where they come from, and what follows from them."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from leadengine_agent.protocol import LanguageModel, SecretName
from leadengine_ctl.errors import UsageError
from leadengine_ctl.settings import Settings
from tests.lab.authority import Authority
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
    assert list(settings.operator_secrets("dedicated")) == [SecretName.LLM_API_KEY]
    assert "canary" not in repr(settings)


def test_mail_needs_a_host_or_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().mail().host is None
    monkeypatch.setenv("SMTP_PASS", "canary")
    assert Settings().mail().host == "smtp.resend.com"
    monkeypatch.setenv("SMTP_HOST", "mail.example.com")
    monkeypatch.setenv("SMTP_FROM", "leads@example.com")
    mail = Settings().mail()
    assert (mail.host, mail.port, mail.sender) == ("mail.example.com", 587, "leads@example.com")


def test_who_signs_for_data_elsewhere_is_handed_to_shared_stacks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pem = Authority.create(tmp_path).root_pem
    file = tmp_path / "root.pem"
    monkeypatch.setenv("LECTL_CLOUD_AUTHORITIES", str(file))
    monkeypatch.setenv("LECTL_CLOUD_DATABASE_URL", "postgresql://doadmin:canary-1@db.test/le")
    monkeypatch.setenv("LECTL_CLOUD_REDIS_URL", "redis://default:canary-2@redis.test:6379/0")
    with pytest.raises(ValidationError, match="begins with 'rediss://'"):
        Settings()
    monkeypatch.setenv("LECTL_CLOUD_REDIS_URL", "rediss://default:canary-2@redis.test:6379/0")
    handed = Settings().operator_secrets("hosted")
    assert handed[SecretName.DATA_AUTHORITIES].get_secret_value() == pem
    assert SecretName.DATA_AUTHORITIES not in Settings().operator_secrets("dedicated")
    file.write_text("not a certificate\n")
    with pytest.raises(UsageError, match="there are no certificates in the file"):
        Settings().operator_secrets("hosted")


def test_what_the_model_may_cost_and_which_intranet_is_read_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert Settings().llm() == LanguageModel()
    (tmp_path / "intranet.pem").write_text("PEM\n")
    for name, value in {
        "LLM_MODEL": "claude-sonnet-5-5",
        "LLM_MONTHLY_BUDGET": "0",
        "LECTL_LLM_TOKENS": "300",
        "CRAWL_NETWORKS": "10.20.0.0/16",
        "CRAWL_AUTHORITIES": str(tmp_path / "intranet.pem"),
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    wanted = LanguageModel(model="claude-sonnet-5-5", monthly_budget="0", tokens=300)
    assert settings.llm() == wanted
    assert settings.crawl().networks == "10.20.0.0/16"
    handed = settings.operator_secrets("dedicated")[SecretName.CRAWL_AUTHORITIES]
    assert handed.get_secret_value() == "PEM\n"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LLM_MONTHLY_BUDGET", "a lot", "string should match"),
        ("LLM_PRICES", "5", "dollars for a million tokens"),
        ("LLM_TOKENS", "5", "greater than or equal to 50"),
        ("CRAWL_NETWORKS", "8.8.8.0/24", "private networks with commas"),
        ("CRAWL_NETWORKS", "10.0.0.1/8", "private networks with commas"),
    ],
)
def test_a_wrong_value_of_them_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=f"(?i){words}"):
        Settings()


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


def test_data_that_is_elsewhere_is_for_shared_stacks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTL_CLOUD_DATABASE_URL", "postgresql://doadmin:canary@db.test:25060/le")
    with pytest.raises(ValidationError, match="set together"):
        Settings()
    monkeypatch.setenv("LECTL_CLOUD_REDIS_URL", "rediss://default:canary@redis.test:25061/0")
    settings = Settings()
    both = {SecretName.DATABASE_ELSEWHERE, SecretName.REDIS_ELSEWHERE}
    assert set(settings.operator_secrets("hosted")) == both
    assert settings.operator_secrets("dedicated") == {}
    assert "canary" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LECTL_CLOUD_DATABASE_URL", "mysql://canary:canary@db.test/le"),
        ("LECTL_CLOUD_DATABASE_URL", "postgresql://db.test/le"),
        ("LECTL_CLOUD_DATABASE_URL", "postgresql://a:canary@db.test/le\nx"),
        ("LECTL_CLOUD_REDIS_URL", "redis://redis.test"),
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match="looks like") as caught:
        Settings()
    assert "canary" not in str(caught.value)
