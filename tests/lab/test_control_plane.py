"""What the unit tests of the control plane try on samples, tried in full. Needs no engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ctl.builders import a_draft, publish
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.hostile import BASE, COMMANDS, refused, refused_or_kept, words
from tests.unit.ctl.test_hostile_words import SHARED
from tests.unit.ctl.test_interrupted import POINTS, converges

pytestmark = pytest.mark.lab

FIELDS = st.one_of(
    st.tuples(st.just(refused_or_kept), st.sampled_from(sorted(BASE))),
    st.tuples(st.just(refused), st.sampled_from(sorted(COMMANDS))),
)


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """An operator without a docker command; one store for all words that are tried."""
    home = tmp_path_factory.mktemp("operator")
    publish(home / "data", a_draft())
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {**Cli.environment(home / "data", home), "PATH": str(home)}.items():
            environment.setenv(name, value)
        lectl = Cli(home / "data", {})
        assert lectl("operations", "list").code == 0
        yield lectl


@settings(max_examples=5000, deadline=None, suppress_health_check=SHARED)
@given(field=FIELDS, word=words)
@pytest.mark.soak
def test_no_word_of_the_command_line_is_more_than_data(
    operator: Cli, field: tuple[Callable[[Cli, str, str], None], str], word: str
) -> None:
    check, name = field
    check(operator, name, word)


def test_a_kill_at_any_step_converges_to_what_an_undisturbed_deploy_makes(tmp_path: Path) -> None:
    converges(tmp_path, POINTS)
