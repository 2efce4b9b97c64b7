"""Values at the edges of their types, where a program behind them would take them for something else."""

import pytest
from pydantic import TypeAdapter, ValidationError

from leadengine_agent.acme import certbot_words
from leadengine_agent.protocol import RegistryLogin
from leadengine_agent.values import Line, Repository
from tests.unit.agent.builders import a_spec


@pytest.mark.parametrize("name", ["-x", "--tls.test", "-v.test:5000"])
def test_no_registry_can_be_taken_for_an_option(name: str) -> None:
    with pytest.raises(ValidationError):
        RegistryLogin.model_validate({"registry": name, "user": "ann", "password": "x"})
    with pytest.raises(ValidationError):
        TypeAdapter(Repository).validate_python(f"{name}/leadengine")


def test_no_address_can_be_taken_for_an_option() -> None:
    words = certbot_words(a_spec(email="--server@evil.test"), ("leads.acme.com",))
    assert "--email=--server@evil.test" in words
    assert not any(word.startswith("--server@") for word in words)


@pytest.mark.parametrize("text", ["a\x9b31mb", "a\x9db", "a\x7fb", "a\x1bb", "a\u2029b"])
def test_no_line_has_a_control_character_of_any_width(text: str) -> None:
    with pytest.raises(ValidationError, match="without line breaks or control characters"):
        TypeAdapter(Line).validate_python(text)
