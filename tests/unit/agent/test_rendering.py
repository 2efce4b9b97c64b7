"""Rendering is pure, equal to its golden files, and no value can become structure."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leadengine_agent.rendering import Generation, env_word, nginx_word, render, yaml_word
from tests.unit.agent.builders import TEMPLATES, a_release, a_spec

GOLDEN = Path("tests/cases/rendering")
GENERATION = Generation(7, "green", "0123456789abcdef")

CASES = {
    "smallest": a_spec(),
    "everything": a_spec(
        plan="enterprise",
        brand={"primary": "#112233", "logo": "https://cdn.acme.com/logo.svg?v=2"},
        mail={
            "host": "smtp.acme.com",
            "port": 465,
            "user": 'o\'brien \\ "$HOME"',
            "sender": "leads@acme.com",
            "security": "tls",
        },
        replies={"mailbox": "replies@in.acme.com", "slack_channel": "C024BE91L"},
        llm={
            "model": "claude-sonnet-5-5",
            "base_url": "https://gateway.acme.com/anthropic",
            "monthly_budget": "75.50",
            "prices": '{"claude-sonnet-5-5": [2, 10]}',
            "tokens": 900,
            "seconds": 20,
        },
        crawl={"networks": "10.20.0.0/16,fd00::/8"},
        acme={"directory": "https://ca.acme.internal/directory"},
    ),
    "elsewhere": a_spec(client="cloud", kind="hosted", plan="hosted", elsewhere=True),
}


@pytest.mark.parametrize("case", CASES)
def test_rendered_files_equal_the_golden_ones(case: str) -> None:
    """After a wanted change: `make golden`, then read the difference."""
    rendered = render(TEMPLATES, a_release(), CASES[case], GENERATION)
    golden = {path.name: path.read_text() for path in (GOLDEN / case).iterdir()}
    assert rendered == golden


def test_the_same_values_give_the_same_bytes() -> None:
    first = render(TEMPLATES, a_release(), a_spec(), GENERATION)
    assert first == render(TEMPLATES, a_release(), a_spec(), GENERATION)


def test_every_service_is_hardened() -> None:
    services = _services()
    assert set(services) == {
        "db", "redis", "chromadb", "api-blue", "api-green", "worker", "nginx", "migrate", "seed",
    }  # fmt: skip
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["pull_policy"] == "never", name
        assert service["user"].split(":")[0] not in {"", "0", "root"}, name
        assert service["mem_limit"], name
        assert service["pids_limit"], name
        assert service["logging"]["options"]["max-size"], name
        assert not {"privileged", "network_mode", "pid", "ipc", "devices", "cap_add"} & set(service)


def test_only_nginx_publishes_ports_and_data_has_no_way_out() -> None:
    services = _services()
    assert {name for name, service in services.items() if "ports" in service} == {"nginx"}
    for name in ("db", "redis", "chromadb"):
        assert services[name]["networks"] == ["data"]
    networks = yaml.safe_load(_files()["compose.yaml"])["networks"]
    assert networks["data"] == {"internal": True}
    assert networks["app"] == {"internal": True}


def test_no_secret_value_is_rendered_only_the_names_of_files() -> None:
    compose = yaml.safe_load(_files()["compose.yaml"])
    for name, secret in compose["secrets"].items():
        assert secret == {"file": f"/var/lib/leadengine/stacks/acme/secrets/{name}"}


def test_every_secret_that_the_environment_names_is_there_where_all_settings_are_read() -> None:
    files, services = _files(), _services()
    named = {
        line.rpartition("/")[2].strip('"')
        for line in files["stack.env"].splitlines()
        if "/run/secrets/" in line
    }
    assert "llm_api_key" in named
    for service in ("api-blue", "api-green", "worker", "seed"):
        assert named <= set(services[service]["secrets"]), service


@given(st.text(max_size=200))
def test_a_yaml_word_is_read_back_as_the_same_text(value: str) -> None:
    loaded = yaml.safe_load(f"key: {yaml_word(value)}\n")
    assert loaded == {"key": value.replace("$", "$$")}


@given(st.text(max_size=200))
def test_an_nginx_word_is_plain_or_refused(value: str) -> None:
    try:
        word = nginx_word(value)
    except ValueError:
        return
    assert word == value
    assert not set(word) & set(" \t\r\n;{}$\"'\\#")


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b", "\x1b[31m", "\x7f"])
def test_an_environment_value_with_a_control_character_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="one line without control characters"):
        env_word(value)


def _files() -> dict[str, str]:
    return render(TEMPLATES, a_release(), a_spec(), GENERATION)


def _services() -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = yaml.safe_load(_files()["compose.yaml"])["services"]
    return services
