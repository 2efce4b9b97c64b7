"""Programs on this machine keep the contract of runners."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine_ctl.hosts.base import HostAddress, Runner
from leadengine_ctl.hosts.local import LocalRunner
from tests.conformance.runner_suite import RunnerSuite

WORD = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


class TestLocalRunner(RunnerSuite):
    @pytest.fixture
    def runner(self) -> Runner:
        return LocalRunner(HostAddress.parse("local"))


@given(st.lists(WORD, min_size=1, max_size=5))
def test_any_words_arrive_as_they_were_sent(words: list[str]) -> None:
    ended = LocalRunner(HostAddress.parse("local")).run(("printf", r"%s\0", *words))
    assert ended.out.decode().split("\0")[:-1] == words
