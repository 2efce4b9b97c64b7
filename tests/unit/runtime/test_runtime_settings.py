"""The environment of the containers, as docs/reference/stack.md lists it."""

from pathlib import Path

import pytest

from leadengine.settings import AdminSettings, Settings, SettingsError, load
from tests.unit.agent.test_hostile_specs import read_env

COMPLETE = {
    "DATABASE_URL": "postgresql://leadengine_app:pw@db/leadengine",
    "REDIS_URL": "redis://leadengine:pw@redis:6379/0",
    "SESSION_SECRET": "0123456789abcdef0123456789abcdef",
    "CLIENT_ID": "0123456789abcdef01234567",
    "CLIENT_NAME": "acme",
    "CLIENT_DOMAIN": "leads.acme.test",
}


def test_complete_environment_is_read() -> None:
    settings = load(Settings, COMPLETE)
    assert settings.origin == "https://leads.acme.test"
    assert settings.smtp_port == 587


def test_file_is_preferred_and_its_last_newline_is_not_part_of_the_secret(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("from the file\n")
    environ = {"ADMIN_EMAIL": "a@b.test", "ADMIN_PASSWORD": "x", "ADMIN_PASSWORD_FILE": str(path)}
    assert load(AdminSettings, environ).admin_password.get_secret_value() == "from the file"


def test_empty_file_means_none(tmp_path: Path) -> None:
    path = tmp_path / "smtp_pass"
    path.touch()
    settings = load(Settings, {**COMPLETE, "SMTP_PASS_FILE": str(path)})
    assert settings.smtp_pass.get_secret_value() == ""


def test_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere"
    with pytest.raises(SettingsError, match=r"DATABASE_URL_FILE names .*nowhere"):
        load(Settings, {**COMPLETE, "DATABASE_URL_FILE": str(path)})


def test_every_missing_variable_is_named() -> None:
    with pytest.raises(SettingsError) as caught:
        load(Settings, {})
    for name in COMPLETE:
        assert f"{name} (or {name}_FILE) is not set" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLIENT_ID", "not-hexadecimal"),
        ("SESSION_SECRET", "short-canary"),
        ("BRAND_PRIMARY", "red"),
        ("SMTP_PORT", "canary"),
        ("SMTP_SECURITY", "canary"),
    ],
)
def test_malformed_value_is_named_but_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(Settings, {**COMPLETE, name: value})
    assert str(caught.value).startswith(f"{name}: ")
    assert value not in str(caught.value)


def test_secrets_redact_themselves() -> None:
    assert "0123456789abcdef0123456789abcdef" not in repr(load(Settings, COMPLETE))


@pytest.mark.parametrize("case", ["smallest", "everything"])
def test_what_a_deploy_writes_is_what_the_images_read(case: str) -> None:
    """From the spec through the template: a name that only one of the two knows would be lost."""
    found = read_env(Path(f"tests/cases/rendering/{case}/stack.env").read_text())
    written = {name: value for name, value in found.items() if not name.endswith("_FILE")}
    assert {name.lower() for name in written} <= set(Settings.model_fields)
    settings = load(Settings, {**COMPLETE, **written})
    usual = load(Settings, COMPLETE)
    chosen = (settings.llm_model, settings.llm_monthly_budget, settings.llm_prices)
    if case == "smallest":
        assert chosen == (usual.llm_model, usual.llm_monthly_budget, usual.llm_prices)
        return
    assert chosen == ("claude-sonnet-5-5", 75.5, {"claude-sonnet-5-5": (2, 10)})
    assert (settings.llm_tokens, settings.llm_seconds) == (900, 20)
    assert settings.llm_base_url == "https://gateway.acme.com/anthropic"
    assert settings.crawl_networks == "10.20.0.0/16,fd00::/8"
