"""No word of the command line is ever more than data (promise S7)."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.ctl.cli import Cli
from tests.unit.ctl.hostile import BASE, COMMANDS, PAYLOADS, refused, refused_or_kept, words

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def no_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release whose name is accepted must not be built and pushed by these tests."""
    monkeypatch.setenv("PATH", str(tmp_path))


SHARED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)


@pytest.mark.parametrize("field", BASE)
@settings(max_examples=40, deadline=None, suppress_health_check=SHARED)
@given(word=words)
def test_a_deploy_refuses_or_keeps_any_word(lectl: Cli, field: str, word: str) -> None:
    assert lectl("operations", "list").code == 0
    refused_or_kept(lectl, field, word)


@settings(max_examples=150, deadline=None, suppress_health_check=SHARED)
@given(command=st.sampled_from(sorted(COMMANDS)), word=words)
def test_other_commands_refuse_any_word(lectl: Cli, command: str, word: str) -> None:
    assert lectl("operations", "list").code == 0
    refused(lectl, command, word)


def test_the_payloads_are_many() -> None:
    assert len(set(PAYLOADS)) > 100
